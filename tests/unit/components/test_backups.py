"""The backup service, the drill, and the restore point that migrations wait for."""

from typing import Any

from components.backup_configuration import Offsite, Repositories, Schedule
from components.backup_sessions import SessionsBackup
from components.backups import Backups, BackupsArgs
from components.postgres import Volumes
from tests.unit.components.parts import Step, StubEngine, known, login, secret
from tests.unit.recorder import value

OFFSITE = Offsite(endpoint="s3.example.org", bucket="b", region="r")


def args(engine: StubEngine, **changes: Any) -> BackupsArgs:
    given: dict[str, Any] = {
        "engine": engine,
        "image": "task-tracker/postgres:18.6",
        "stack": "prod",
        "release": "v1.0.0",
        "repositories": Repositories(offsite=OFFSITE),
        "schedule": Schedule(),
        "database": Volumes(data=known("data"), sockets=known("sockets"), spool=known("spool")),
        "passphrase": secret("passphrase"),
        "s3_access_key": secret("access"),
        "s3_secret_key": secret("secret"),
        "nats": login("backup"),
        "after": (Step("roles has run"),),
    }
    return BackupsArgs(**{**given, **changes})


def made(engine: StubEngine, **changes: Any) -> Backups:
    return Backups("backups", args(engine, **changes))


def test_the_service_reads_the_database_and_writes_only_what_is_its_own(
    engine: StubEngine,
) -> None:
    made(engine)
    mounts = engine.workload("backup").mounts
    written = {mount.path for mount in mounts if not mount.read_only}
    assert written == {"/var/lib/pgbackrest", "/var/spool/pgbackrest"}
    assert "/var/lib/postgresql" in {mount.path for mount in mounts if mount.read_only}


def test_the_drill_is_on_no_network_and_only_reads_the_backups(engine: StubEngine) -> None:
    made(engine)
    drill = engine.workload("drill")
    assert drill.networks == ()
    backups = next(mount for mount in drill.mounts if mount.path == "/var/lib/pgbackrest")
    assert backups.read_only


def test_only_the_service_and_the_restore_point_have_a_way_out(engine: StubEngine) -> None:
    made(engine)
    out = {w.name for w in engine.workloads if "backups" in {a.network for a in w.networks}}
    assert out == {"backup", "restore-point"}


def test_the_restore_point_waits_for_a_healthy_service_and_is_named_for_the_release(
    engine: StubEngine,
) -> None:
    ready = made(engine).ready
    assert engine.waits["restore-point"] == {"backup is healthy"}
    assert engine.workload("restore-point").command[-1] == "before-v1.0.0"
    assert [resource._name for resource in ready] == ["restore-point has run"]


def test_backups_are_kept_and_what_a_drill_leaves_is_not(engine: StubEngine) -> None:
    made(engine)
    assert "backups" in engine.kept and engine.volumes == ["drills"]


def test_keys_are_files_and_in_no_environment(engine: StubEngine) -> None:
    made(engine)
    for name in ("backup", "restore-point"):
        names = {file.name for file in engine.workload(name).secrets}
        assert names == {"backup-passphrase", "keys.conf", "nats-context.json", "s3-credentials"}
    for workload in engine.workloads:
        assert "value-of" not in str(workload.environment)
    keys = next(f for f in engine.workload("backup").secrets if f.name == "keys.conf")
    assert "repo2-s3-key-secret=value-of-secret" in value(keys.value)


def test_the_drill_is_given_the_passphrase_and_knows_of_no_bucket(engine: StubEngine) -> None:
    made(engine)
    drill = engine.workload("drill")
    secrets = {file.name: value(file.value) for file in drill.secrets}
    assert secrets == {
        "backup-passphrase": "value-of-passphrase",
        "keys.conf": "[global]\nrepo1-cipher-pass=value-of-passphrase\n",
    }
    texts = "".join(text for each in drill.directories for text in each.files.values())
    assert "repo1-path" in texts
    for word in ("repo2", "s3.example.org", "nats://", "http://api"):
        assert word not in texts


def test_dev_may_keep_its_backups_on_its_own_host(engine: StubEngine) -> None:
    made(engine, repositories=Repositories(), s3_access_key=None, s3_secret_key=None)
    names = {file.name for file in engine.workload("backup").secrets}
    assert "s3-credentials" not in names


def test_sessions_are_read_by_their_own_uid_and_go_to_the_bucket(engine: StubEngine) -> None:
    SessionsBackup("sessions-backup", args(engine), known("sessions"))
    workload = engine.workload("sessions-backup")
    assert workload.uid == 10004
    assert all(mount.read_only for mount in workload.mounts)
    assert {file.name for file in workload.secrets} == {"backup-passphrase", "s3-credentials"}
