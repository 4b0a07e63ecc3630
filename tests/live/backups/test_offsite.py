"""What only the bucket holds comes back from it, by the programs that operators run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from components import backup_sessions
from components.backup_configuration import LOCAL, OFFSITE
from components.bot import SESSIONS
from ops import drill, restore
from ops.restore import Plan
from ops.restore_host import Host
from ops.restore_stack import Trouble
from policies import proof
from tests.live.backups.described import PASSPHRASE, known
from tests.live.backups.site import Site
from tests.live.pulumi_stack import docker, inspect
from tests.live.stacks import built

NOTHING = {"backups": [], "wal_max": "", "wal_age": -1.0, "sets": [], "sessions": []}


@pytest.fixture(autouse=True)
def records(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where `ops` writes down what it learns, as for a stack that was deployed long ago."""
    monkeypatch.setattr(proof, "FOLDER", tmp_path)
    record = tmp_path / f"{site.prefix}.json"
    record.write_text('{"deployed": "2026-01-01T00:00:00+00:00"}')
    return record


def volumes(site: Site) -> list[str]:
    return docker("volume", "ls", "--quiet", "--filter", f"name={site.prefix}-").split()


def as_bot(site: Site, volume: str, script: str) -> str:
    """What a shell of the bot's image says, as its uid and with sessions where it has them."""
    return docker("run", "--rm", "--network", "none", "--volume", f"{site.name(volume)}:{SESSIONS}",
                  built()["images"]["bot"], "sh", "-ec", script)  # fmt: skip


def test_a_drill_of_the_bucket_proves_it_and_leaves_nothing(site: Site, records: Path) -> None:
    before = volumes(site)
    found = drill.drill(site.stack, OFFSITE)
    assert found["passed"], found["checks"]
    assert found["repository"] == OFFSITE and 0 < found["seconds"] < 120
    assert found["started"] in records.read_text()
    proven = site.run("backup", "cat", "/var/lib/drill/records/offsite-proven.json").succeeded()
    assert json.loads(proven)["name"] == found["name"]
    assert volumes(site) == before


def test_the_bots_sessions_come_back_as_they_were_last_stored(site: Site) -> None:
    as_bot(site, "sessions", f"umask 077; mkdir {SESSIONS}/a; echo 41 > {SESSIONS}/a/offset")
    workload = backup_sessions.workload(site.args, known(site.name("sessions")))
    site.run_workload(workload, site.name("backups"))
    site.run(workload.name, "backup", "save-sessions").succeeded()
    as_bot(site, "sessions", f"echo 42 > {SESSIONS}/a/offset")
    key = site.folder / "workloads" / workload.name / "secrets" / "backup-passphrase"
    key.write_text("another-passphrase-0123456789")
    site.run(workload.name, "backup", "save-sessions").failed()
    told = site.run(workload.name, "backup", "scheduled").failed()
    assert "the sessions were not stored" in told and "wrong password" in told
    key.write_text(PASSPHRASE)
    site.run(workload.name, "backup", "save-sessions").succeeded()
    site.run(workload.name, "backup", "scheduled").succeeded()

    restore.restore_sessions(Host(site.stack), Plan(site.stack, "latest", OFFSITE, "r1", {}))

    look = f"cat {SESSIONS}/a/offset; stat -c %u:%a {SESSIONS}/a {SESSIONS}/a/offset"
    said = as_bot(site, "telegram-sessions-r1", f"{look}; touch {SESSIONS}/written")
    assert said.split() == ["42", "10004:700", "10004:600"]


def test_where_nothing_was_stored_a_restore_says_so_and_leaves_nothing(site: Site) -> None:
    """Another stack in the same bucket: its folder is not there at all."""
    empty = replace(site.stack, name=f"{site.prefix}-other")
    with Host(empty).reader("reading", {}) as reader:
        nameless = [mount["Name"] for mount in inspect(reader.container)["Mounts"]]
        for place in (LOCAL, OFFSITE):
            assert reader.ask("sets", "--repository", place) == NOTHING
    before = volumes(site)
    with pytest.raises(Trouble, match="the offsite repository holds no backup"):
        restore.restore(empty, "latest", None, yes=True)
    assert volumes(site) == before
    assert not set(nameless) & set(docker("volume", "ls", "--quiet").split())
