"""Laws of the database and of what is kept of it."""

from collections.abc import Iterator
from pathlib import Path

from laws.case import Case
from mistakes import Mistake

# Kept free for the superuser (3, PostgreSQL's default), jobs, backup and monitoring.
RESERVED_CONNECTIONS = 15

# Characters of the passphrase of backups; base64 of 16 bytes has 24.
PASSPHRASE = 24


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
    """What encrypts them, and what opens the bucket."""
    given = case.values.backups
    if given is None:
        return
    set_it = "pulumi config set --secret task-tracker:"
    passphrase = case.secrets.get("backup-passphrase")
    if passphrase is None or len(passphrase) < PASSPHRASE:
        fault = "is missing" if passphrase is None else "is short"
        yield Mistake(
            "backup-passphrase", fault,
            f"openssl rand -base64 32 | {set_it}backup-passphrase, and keep a copy elsewhere",
        )  # fmt: skip
    elif passphrase != passphrase.strip() or "\n" in passphrase:
        yield Mistake("backup-passphrase", "has spaces at an end or two lines", "give one line")
    if given.offsite is None:
        return
    for name in ("s3-access-key", "s3-secret-key"):
        if not case.secrets.get(name, "").strip():
            yield Mistake(name, "is missing", set_it + name)
    ca_file = given.offsite.ca_file
    if ca_file is not None and not Path(ca_file).is_file():
        yield Mistake("backups.offsite.ca_file", "there is no such file here", "mend the path")
