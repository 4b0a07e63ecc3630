"""The texts that configure backups: what is secret is in one file, and nothing else is."""

import json

import pytest
from pydantic import ValidationError

from components import backup_configuration as text
from components.backup_configuration import Offsite, Repositories, Retention

OFFSITE = Offsite(endpoint="s3.example.org:9000", bucket="b", region="r", ca_file="ca.pem")
BOTH = Repositories(offsite=OFFSITE)


def settings(conf: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in conf.splitlines() if "=" in line)


def test_both_repositories_are_encrypted_and_compressed() -> None:
    found = settings(text.repositories_conf("prod", BOTH))
    assert found["repo1-cipher-type"] == found["repo2-cipher-type"] == "aes-256-cbc"
    assert found["compress-type"] == "zst"
    assert (found["repo2-s3-endpoint"], found["repo2-storage-port"]) == ("s3.example.org", "9000")
    assert found["repo2-storage-ca-file"] == text.CA_FILE


def test_dev_may_do_without_a_bucket() -> None:
    found = text.repositories_conf("prod", Repositories())
    assert "repo2" not in found
    assert "repo2" not in text.keys_conf("passphrase", None)


def test_stacks_that_share_a_bucket_keep_apart() -> None:
    for stack in ("staging", "prod", "prod-eu"):
        database, snapshots = places(stack, BOTH)
        assert database == f"/task-tracker/{stack}/postgres"
        assert snapshots == f"s3:https://s3.example.org:9000/b/task-tracker/{stack}/snapshots"


def test_a_stack_may_name_its_folder_in_the_bucket() -> None:
    named = BOTH.model_copy(update={"offsite": OFFSITE.model_copy(update={"path": "/team/a"})})
    database, snapshots = places("prod", named)
    assert database == "/team/a/postgres"
    assert snapshots.endswith("/b/team/a/snapshots")


def places(stack: str, repositories: Repositories) -> tuple[str, str]:
    """Where in the bucket a stack's database is, and the rest."""
    conf = settings(text.repositories_conf(stack, repositories))
    told = json.loads(text.program(stack, "tasktracker", repositories, nats=None, api=None))
    return conf["repo2-path"], told["snapshots"]["offsite"]


def test_no_key_is_in_the_open_text() -> None:
    conf = text.repositories_conf("prod", BOTH)
    assert "cipher-pass" not in conf and "s3-key" not in conf
    keys = settings(text.keys_conf("passphrase", ("key", "secret")))
    assert keys["repo1-cipher-pass"] == keys["repo2-cipher-pass"] == "passphrase"
    assert keys["repo2-s3-key-secret"] == "secret"


def test_the_archive_command_is_one_that_pgbackrest_knows_for_its_own() -> None:
    # Its check refuses an archive_command without its name.
    assert "pgbackrest" in text.archive_command() and text.archive_command().endswith(" %f")


def test_the_program_is_told_what_it_reads() -> None:
    from images.postgres.backup.settings import Settings

    told = json.loads(text.program("prod", "tasktracker", BOTH, nats=None, api=None))
    found = Settings(**told)
    assert found.max_backup_age == 26 * 3600
    assert found.snapshots.keys() == {"local", "offsite"}


def test_a_container_without_the_volume_knows_the_bucket_alone() -> None:
    told = json.loads(text.program("prod", "tasktracker", BOTH, nats=None, api=None, local=False))
    assert told["snapshots"].keys() == {"offsite"}


@pytest.mark.parametrize("values", [{"days": 6}, {"fulls": 1}])
def test_less_than_a_week_or_two_fulls_is_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError, match="greater than or equal"):
        Retention(**values)


def test_a_schedule_is_a_line_a_job() -> None:
    assert text.crontab({"verify": "0 4 * * 3"}) == "0 4 * * 3 backup verify\n"
