"""Laws of the database and of what is kept of it."""

from collections.abc import Iterator
from pathlib import Path

from laws.case import Case
from laws.secrets import BUCKET_KEYS, missing_keys
from mistakes import Mistake

# Kept free for the superuser (3, PostgreSQL's default), jobs, backup and monitoring.
RESERVED_CONNECTIONS = 15


def pools_fit_the_database(case: Case) -> Iterator[Mistake]:
    """Every connection that pools may open finds a slot, old and new release together (C5)."""
    v = case.values
    api = v.api.replicas * v.api.processes * (v.api.pool.size + v.api.pool.overflow)
    worker = v.worker.replicas * (v.worker.pool.size + v.worker.pool.overflow)
    needed = 2 * (api + worker) + RESERVED_CONNECTIONS
    if needed > v.postgres.max_connections:
        yield Mistake(
            "postgres.max_connections",
            f"pools may open {api + worker} connections, twice that while a release is replaced, "
            f"and {RESERVED_CONNECTIONS} are reserved",
            f"set it to {needed} or more, or lower api.pool, api.processes or replicas",
        )


def data_is_backed_up(case: Case) -> Iterator[Mistake]:
    """Staging and prod are backed up, and to another place than their host (audit B1, B2)."""
    given = case.values.backups
    if case.strict and given is None:
        yield Mistake("backups", "is missing", "staging and prod have backups: name a bucket")
    elif case.strict and given and given.offsite is None:
        yield Mistake("backups.offsite", "is missing", "a lost host takes a local copy with it")


def backups_have_their_keys(case: Case) -> Iterator[Mistake]:
    """What encrypts them, and what opens the bucket; elsewhere than in dev they always have to."""
    given = case.values.backups
    if given is None or case.strict:
        return
    yield from missing_keys(case, bucket=given.offsite is not None)
    for name in BUCKET_KEYS:
        if given.offsite is None and name in case.secrets:
            yield Mistake(name, "opens no bucket", "name one as backups.offsite, or "
                          f"pulumi config rm task-tracker:{name}")  # fmt: skip


def authority_of_the_bucket_is_there(case: Case) -> Iterator[Mistake]:
    """Who signed the certificate of the bucket's server, where that is nobody well known."""
    backups = case.values.backups
    if backups is None or backups.offsite is None or backups.offsite.ca_file is None:
        return
    key, file = "backups.offsite.ca_file", Path(backups.offsite.ca_file)
    if not file.is_file():
        yield Mistake(key, "there is no such file here", "mend the path")
    elif b"-----BEGIN CERTIFICATE-----" not in file.read_bytes():
        yield Mistake(key, "holds no PEM certificate",
                      "give the file that begins with -----BEGIN CERTIFICATE-----")  # fmt: skip
