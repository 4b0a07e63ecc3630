"""What a restore knows of a stack: its file and its name tell where the backups are."""

import json
from pathlib import Path

import pytest

from components.backups import configuration
from ops.restore_stack import Stack, Trouble
from tests.unit.stack_files import SECRETS, stack


def loaded(name: str, secrets: dict[str, str] = SECRETS) -> Stack:
    values = stack(name.partition("-")[0])
    assert values.images is not None
    return Stack(name, Path(), values, values.images, secrets)


@pytest.mark.parametrize("name", ["staging", "prod", "prod-eu"])
def test_a_restore_reads_where_the_stack_writes(name: str) -> None:
    restoring = loaded(name)
    folder = configuration(name, restoring.backups)
    written = {f"{folder.path}/{file}": text for file, text in folder.files.items()}
    read = restoring.files()
    conf, program = "/etc/backup/pgbackrest.conf", "/etc/backup/backup.json"
    assert read[conf] == written[conf]
    assert f"/task-tracker/{name}/postgres" in read[conf]
    assert _snapshots(read[program]) == _snapshots(written[program])


def _snapshots(program: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(program)["snapshots"]
    return found


def test_without_its_passphrase_nothing_is_begun() -> None:
    rest = {name: text for name, text in SECRETS.items() if name != "backup-passphrase"}
    with pytest.raises(Trouble, match="nothing can be read without it"):
        loaded("prod", rest).files()


def test_a_stack_shows_no_secret_of_its_own() -> None:
    assert repr(loaded("prod")) == "Stack('prod')"
