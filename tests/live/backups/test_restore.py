"""What was lost comes back: bit for bit, to the second, and from the bucket alone."""

import json
import threading
import time

from tests.live.backups.site import Site, until
from tests.live.pulumi_stack import docker

VECTORS = "SELECT md5(string_agg(id || embedding::text, ',' ORDER BY id)) FROM tasks WHERE id <= %s"


def test_a_backup_set_names_all_its_parts(site: Site) -> None:
    assert "in local and offsite" in site.take("diff")
    sets = json.loads(site.backup("sets", "--repository", "offsite").succeeded())
    assert [backup["kind"] for backup in sets["backups"]] == ["full", "diff"]
    assert sets["sets"][-1]["name"].startswith("set-")
    last = json.loads(site.run("backup", "cat", "/var/lib/pgbackrest/records/last.json").output)
    assert {"name", "taken", "lsn", "release", "backups", "streams"} <= set(last)
    assert last["places"].keys() == {"local", "offsite"}


def test_a_drill_on_no_network_proves_the_newest_set(site: Site) -> None:
    network = docker("inspect", site.name("drill"), "--format", "{{.HostConfig.NetworkMode}}")
    assert network == "none"
    found = site.drill()
    assert found["passed"], found["checks"]
    assert set(found["checks"].values()) == {""}
    assert 0 < found["seconds"] < 120
    assert found["data_age"] < 120
    until(
        lambda: site.metrics().get('restore_drill_check{repository="local",check="rows"}') == 1,
        60,
        "told by the metrics",
    )
    told = site.metrics()
    assert told['restore_drill_seconds{repository="local"}'] == found["seconds"]
    assert told['restore_drill_last_success_timestamp_seconds{repository="local"}'] > 1e9


def test_a_time_brings_back_what_was_deleted_and_no_later_write(site: Site) -> None:
    site.sql("INSERT INTO tasks (title) VALUES ('written before')")
    deleted = "SELECT count(*) FROM tasks WHERE id <= 100"
    moment = site.sql("SELECT now()")
    time.sleep(1.1)  # the promise is to the second: what comes after is another one
    site.sql("DELETE FROM tasks WHERE id <= 100")
    site.sql("INSERT INTO tasks (title) VALUES ('written after')")
    site.sql("SELECT pg_switch_wal()")
    until(lambda: not site.status()["queue_segments"], 60, "archived")
    answer = site.restored("restore", "--repository", "local", "--at", moment, data="pitr")
    found = json.loads(answer.succeeded().splitlines()[-1])
    assert "recovery stopping before commit" in found["stopped"]
    before = site.sql("SELECT count(*) FROM tasks WHERE title = 'written after'")
    assert (before, site.sql(deleted)) == ("1", "0")
    site.change_over("pitr")
    assert site.sql(deleted) == "100"
    assert site.sql("SELECT count(*) FROM tasks WHERE title = 'written before'") == "1"
    assert site.sql("SELECT count(*) FROM tasks WHERE title = 'written after'") == "0"
    site.change_over("data")


def test_what_is_written_after_a_crash_is_archived_on_time(site: Site) -> None:
    for _ in range(4):  # a server that isn't woken keeps it back after two crashes of three
        docker("kill", site.name("postgres"))
        docker("start", site.name("postgres"))
        until(lambda: site.run("postgres", "pg_isready").status == 0, 60, "a server that answers")
        insert = "INSERT INTO tasks (title) VALUES ('after a crash') RETURNING pg_walfile_name"
        segment = site.sql(f"{insert}(pg_current_wal_lsn())")
        archived = f"SELECT last_archived_wal >= '{segment}' FROM pg_stat_archiver"
        # Three times the archive timeout of this site; checkpoint_timeout is 300 s.
        until(lambda archived=archived: site.sql(archived) == "t", 15, f"archived: {segment}")  # type: ignore[misc]


def test_a_lost_volume_comes_back_from_the_bucket_alone(site: Site) -> None:
    acknowledged: list[tuple[int, float]] = []
    stop = threading.Event()

    def write() -> None:
        insert = (
            "INSERT INTO tasks (title, embedding) SELECT 'under load', "
            "array_agg(random())::vector FROM generate_series(1, 8) RETURNING id"
        )
        while not stop.is_set():
            row = int(site.sql(insert))
            acknowledged.append((row, time.monotonic()))

    writer = threading.Thread(target=write)
    writer.start()
    # The archive timeout of this site is 5 s instead of 60; 15 s cover it and the way to S3.
    until(lambda: acknowledged and time.monotonic() - acknowledged[0][1] > 25, 60, "written")
    known = max(row for row, when in acknowledged if time.monotonic() - when > 15)
    vectors = site.sql(VECTORS % known)
    stop.set()
    writer.join()
    docker("kill", site.name("postgres"))
    lost = time.monotonic()
    docker("rm", "--force", site.name("postgres"), site.name("backup"), site.name("drill"))
    docker("volume", "rm", site.name("data"), site.name("repository"))

    answer = site.restored("restore", "--repository", "offsite", "--check", local=False)
    found = json.loads(answer.succeeded().splitlines()[-1])
    assert found["checksums"] == found["structures"] == ""
    site.change_over()
    back = {int(row) for row in site.sql("SELECT id FROM tasks").split()}
    late = [when for row, when in acknowledged if row not in back]
    old = [lost - when for when in late if lost - when > 15]
    assert not old, f"{len(old)} acknowledged writes are lost, one of {max(old):.0f} s before"
    assert site.sql(VECTORS % known) == vectors
    # It goes on from here, in another time line that the repositories take.
    site.sql("INSERT INTO tasks (title) VALUES ('after the restore')")
    site.start_backup()
    assert "in local and offsite" in site.take("full")
