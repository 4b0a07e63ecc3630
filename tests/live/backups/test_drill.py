"""Each check of the drill fails on a backup that is broken in its way, and on no other."""

import json
from collections.abc import Iterator

import pytest

from tests.live.backups.s3 import S3
from tests.live.backups.site import Site, running, until
from tests.live.pulumi_stack import docker

# Puts the newest set beside itself with another manifest, as a new set.
AGAIN = """
import json, pathlib, shutil
from backup import drill, settings, snapshots
known = settings.load()
stored = snapshots.Snapshots(known, "local")
folder = pathlib.Path(known.volume) / "work" / "set"
folder.mkdir(parents=True)
stored.restore(drill.newest(stored, None), str(folder), folder)
file = folder / "manifest.json"
manifest = json.loads(file.read_text())
{changes}
file.write_text(json.dumps(manifest))
stored.save("broken", "set", folder)
shutil.rmtree(folder.parent)
"""

OTHERWISE = """
manifest["name"] = "elsewhere"
for facts in manifest["facts"]:
    facts["extension"], facts["revision"], facts["answer"] = "0.0.1", "9999", []
    facts["rows"]["public.tasks"] += 1
for stream in manifest["streams"].values():
    for file_of_stream in stream["files"].values():
        file_of_stream["sha256"] = "0" * 64
"""

STREAM = """
from backup import streams
server = "nats://nats:4222"
streams.nats(server, "stream", "add", "TASKS", "--subjects", "tasks.*", "--defaults")
for number in range(5):
    streams.nats(server, "publish", f"tasks.{number}", "a task")
"""


@pytest.fixture(scope="module")
def site(s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running(Site(tmp_path_factory.mktemp("site"), s3)) as made:
        python(made, STREAM)
        made.take("full")
        yield made


def python(site: Site, script: str) -> str:
    argv = ["env", "PYTHONPATH=/usr/local/lib/backup", "python3", "-c", script]
    return site.run("backup", *argv).succeeded()


def test_a_manifest_that_tells_of_other_data_is_found_out_point_by_point(site: Site) -> None:
    last = json.loads(site.run("backup", "cat", "/var/lib/pgbackrest/records/last.json").output)
    assert last["streams"] == {"TASKS": 5}
    site.sql("SELECT pg_create_restore_point('elsewhere')", "postgres")
    site.sql("SELECT pg_switch_wal()")
    until(lambda: not site.status()["queue_segments"], 60, "archived")
    python(site, AGAIN.format(changes=OTHERWISE))
    found = site.drill()
    wrong = {check: fault for check, fault in found["checks"].items() if fault}
    assert wrong.keys() == {"marker", "extension", "revision", "rows", "vector", "streams"}, wrong
    assert "recovered to another point than elsewhere" in wrong["marker"]
    assert "the backup was of 0.0.1" in wrong["extension"]
    assert "the backup was of 9999" in wrong["revision"]
    assert "public.tasks has 2000 rows, the backup had 2001" in wrong["rows"]
    assert "another answer" in wrong["vector"]
    assert "TASKS/" in wrong["streams"]
    assert not found["passed"]
    until(
        lambda: site.metrics().get('restore_drill_check{repository="local",check="rows"}') == 0,
        60,
        "told by the metrics",
    )


def test_a_page_that_was_damaged_on_disk_is_told_by_the_backup_and_by_the_drill(
    site: Site,
) -> None:
    site.sql("CREATE INDEX titles ON tasks (title); CHECKPOINT")
    path = site.sql("SELECT pg_relation_filepath('titles')")
    docker("stop", site.name("postgres"))
    flip = (
        "import sys; f = open(sys.argv[1], 'r+b'); f.seek(8192 + 8000); b = f.read(1); "
        "f.seek(8192 + 8000); f.write(bytes([b[0] ^ 1]))"
    )
    docker(
        "run", "--rm", "--user", "999:999", "--volume",
        f"{site.name(site.data)}:/var/lib/postgresql",
        docker("inspect", site.name("postgres"), "--format", "{{.Config.Image}}"),
        "python3", "-c", flip, f"/var/lib/postgresql/18/docker/{path}",
    )  # fmt: skip
    docker("start", site.name("postgres"))
    until(lambda: "1" in site.run("postgres", "psql", "-U", "postgres", "-c", "SELECT 1").output
          and site.backup("healthy").status == 0, 90, "up again")  # fmt: skip
    assert "A PAGE FAILED ITS CHECKSUM" in site.take("full")
    found = site.drill()
    assert "invalid page checksum(s) found in file" in found["checks"]["restore"], found
    assert not found["passed"]
    site.sql("DROP INDEX titles")


def test_an_index_that_disagrees_with_its_table_is_found(site: Site) -> None:
    site.sql(
        "CREATE FUNCTION half(n bigint) RETURNS bigint IMMUTABLE LANGUAGE sql AS 'SELECT n / 2';"
        "CREATE INDEX halves ON tasks (half(id));"
        "CREATE OR REPLACE FUNCTION half(n bigint) RETURNS bigint IMMUTABLE LANGUAGE sql"
        " AS 'SELECT n / 3'"
    )
    site.take("full")
    found = site.drill()
    wrong = {check: fault for check, fault in found["checks"].items() if fault}
    assert wrong.keys() == {"structures"}, wrong
    assert "halves" in wrong["structures"]
    site.sql("DROP INDEX halves")


def test_a_page_that_changed_after_the_restore_is_found(site: Site) -> None:
    """pgBackRest finds what was damaged before, so this check sees its own fault made here."""
    script = """
import pathlib, subprocess
from backup import restoring
data = pathlib.Path("/tmp/cluster")
subprocess.run(["initdb", "-k", "--no-sync", "-D", str(data)], check=True, capture_output=True)
print("before:", restoring.checked_checksums(data))
file = next(f for f in (data / "base" / "1").iterdir() if f.name.isdigit() and f.stat().st_size)
page = bytearray(file.read_bytes())
page[8000] ^= 1
file.write_bytes(page)
print("after:", restoring.checked_checksums(data))
"""
    said = python(site, script)
    assert "before: \n" in said
    assert "after: pg_checksums" in said and "checksum" in said.rpartition("after")[2]
