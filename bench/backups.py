"""What backups cost the database, and how fast they are beside what people would use instead."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from bench.clock import timed
from bench.result import Comparison, save
from bench.say import say
from tests.live.backups.s3 import S3, serving
from tests.live.backups.site import Site, running, until
from tests.live.pulumi_stack import docker

ROUNDS = 3
SCALE = 68  # of pgbench: 1 GB in its tables and indexes
LOAD_SECONDS = 20
CLIENTS = 4
NOBODY = "/bin/true"  # an archive_command that takes everything and keeps nothing


def measure(folder: Path) -> None:
    """Bring a database up with both repositories, and measure it beside itself without."""
    with serving(folder / "s3") as s3, running(_site(folder, s3)) as site:
        _fill(site)
        results = [_writes(site), *_backups(site), *_restores(site)]
    save("5-backups", results)


def _site(folder: Path, s3: S3) -> Site:
    (folder / "site").mkdir()
    return Site(folder / "site", s3, archive_timeout=60, memory=1024)


def _fill(site: Site) -> None:
    site.take("full")
    say(f"pgbench: {SCALE * 100_000} accounts")
    site.run("postgres", "createdb", "-U", "postgres", "bench").succeeded()
    _pgbench(site, "--initialize", "--quiet", f"--scale={SCALE}")
    until(lambda: not site.status()["queue_segments"], 600, "archived")


def _pgbench(site: Site, *arguments: str) -> str:
    return site.run("postgres", "pgbench", "-U", "postgres", *arguments, "bench").succeeded()


def _writes(site: Site) -> Comparison:
    """Milliseconds a transaction, archived to both repositories and to none."""
    archived: list[float] = []
    alone: list[float] = []
    for _ in range(ROUNDS):
        for command, times in ((None, archived), (NOBODY, alone)):
            _archive_by(site, command)
            said = _pgbench(site, f"--client={CLIENTS}", "--jobs=2", f"--time={LOAD_SECONDS}")
            found = re.search(r"tps = ([\d.]+)", said)
            assert found, said
            times.append(1000 * CLIENTS / float(found[1]))
            say(f"{'archived' if command is None else 'not archived'}: {found[1]} transactions/s")
            until(lambda: not site.status()["queue_segments"], 600, "archived")
    _archive_by(site, None)
    return Comparison(
        "a write, with WAL to both repositories", "no archiving", archived, alone, 1 / 0.9, "ms"
    )


def _archive_by(site: Site, command: str | None) -> None:
    change = f"SET archive_command = '{command}'" if command else "RESET archive_command"
    site.sql(f"ALTER SYSTEM {change}", "postgres")
    site.sql("SELECT pg_reload_conf()", "postgres")


def _pgbackrest(site: Site, *arguments: str) -> Callable[[], object]:
    argv = ["pgbackrest", "--stanza=main", "--repo=1", "--log-level-console=warn", *arguments]
    return lambda: site.run("backup", *argv).succeeded()


def _backups(site: Site) -> list[Comparison]:
    """A full backup beside pg_dump and a copy; an incremental one after 1 % has changed."""
    full: list[float] = []
    dump: list[float] = []
    copy: list[float] = []
    incremental: list[float] = []
    sizes: list[tuple[float, float]] = []
    for number in range(1, ROUNDS + 1):
        full.append(timed(_pgbackrest(site, "--type=full", "backup")))
        _change(site, number)
        incremental.append(timed(_pgbackrest(site, "--type=incr", "backup")))
        sizes.append(_stored(site))
        dump.append(timed(lambda: site.run(
            "postgres", "sh", "-c", "pg_dump -U postgres -Fc bench > /var/lib/postgresql/dump"
        ).succeeded()))  # fmt: skip
        copy.append(timed(lambda: site.run(
            "postgres", "sh", "-c", "rm -rf /var/lib/postgresql/copy; "
            "cp -a $PGDATA /var/lib/postgresql/copy && sync"
        ).succeeded()))  # fmt: skip
        say(f"full {full[-1]:.1f} s, incremental {incremental[-1]:.1f} s, "
            f"pg_dump {dump[-1]:.1f} s, copy {copy[-1]:.1f} s")  # fmt: skip
    stored = [size for _, size in sizes]
    return [
        Comparison("a full backup of 1 GB", "pg_dump -Fc", full, dump, None),
        Comparison("the same", "cp of the data directory", full, copy, None,
                   remarks=["encrypted, compressed, checked"]),
        Comparison("what an incremental backup after 1 % changed stores", "full",
                   [incr for incr, _ in sizes], stored, 0.1, "MB"),
        # Most of it is the same for every size: a checkpoint, the end of a second, a WAL segment.
        Comparison("what it takes", "full", incremental, full, None,
                   remarks=["3 s at any size"]),
    ]  # fmt: skip


def _change(site: Site, number: int) -> None:
    """Another hundredth of the accounts, side by side as they lie on disk."""
    share = SCALE * 100_000 // 100
    site.sql(
        "\\connect bench\nUPDATE pgbench_accounts SET abalance = abalance + 1 "
        f"WHERE aid > {share * number} AND aid <= {share * (number + 1)}",
        "postgres",
    )


def _stored(site: Site) -> tuple[float, float]:
    """Megabytes that the last incremental and the last full backup took."""
    sets = json.loads(site.backup("sets").succeeded())["backups"]
    newest = {backup["kind"]: backup["stored"] / 1e6 for backup in sets}
    return newest["incr"], newest["full"]


def _restores(site: Site) -> list[Comparison]:
    """A restore up to a running database beside pg_restore into one that runs."""
    restore: list[float] = []
    logical: list[float] = []
    for _ in range(ROUNDS):
        restore.append(timed(lambda: site.restored("restore").succeeded()))
        docker("volume", "rm", site.name("restored"))
        site.run("postgres", "createdb", "-U", "postgres", "again").succeeded()
        logical.append(timed(lambda: site.run(
            "postgres", "pg_restore", "-U", "postgres", "--jobs=2", "--dbname=again",
            "/var/lib/postgresql/dump",
        ).succeeded()))  # fmt: skip
        site.run("postgres", "dropdb", "-U", "postgres", "again").succeeded()
        until(lambda: not site.status()["queue_segments"], 600, "archived")
        # Or the next restore would replay all that pg_restore wrote.
        _pgbackrest(site, "--type=incr", "backup")()
        say(f"restore {restore[-1]:.1f} s, pg_restore {logical[-1]:.1f} s")
    return [Comparison("a restore of 1 GB, to a running database", "pg_restore -j2", restore,
                       logical, None)]  # fmt: skip
