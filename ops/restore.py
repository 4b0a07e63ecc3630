"""Restore a stack: `make restore STACK=prod AT="2026-01-31 12:00"`.

The database is restored onto a new volume beside the old one, with the streams that belong to it,
and proven there; only then does the stack change over, by its own `pulumi up`. The old volumes
stay until `--forget`.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from components.backup_configuration import LOCAL, OFFSITE, VOLUME
from components.bot import SESSIONS
from components.bot import UID as BOT_UID
from components.nats import UID as NATS_UID
from ops import backup, restore_stack
from ops.restore_host import USER, Host, Reader
from ops.restore_progress import progress
from ops.restore_stack import ROOT, Stack, Trouble
from settings import PROJECT

KINDS = ("postgres-data", "nats-data", "telegram-sessions")
HOLDERS = ("bot", "backup", "postgres", "nats")
STREAMS = "/tmp/streams"

# What lets a container write another uid's files.
GIVING_AWAY = ("CHOWN", "FOWNER", "DAC_OVERRIDE")

# Run inside an api container, where the token is: it leaves neither the container nor this line.
REQUEUE = """
import os, pathlib, urllib.request
token = pathlib.Path(os.environ["ADMIN_TOKEN_FILE"]).read_text().strip()
request = urllib.request.Request("http://127.0.0.1:8000/api/admin/requeue", method="POST",
                                 headers={"Authorization": "Bearer " + token})
print(urllib.request.urlopen(request, timeout=60).read().decode())
"""

WAIT_FOR_WAL = (
    "for i in $(seq 60); do ls $PGDATA/pg_wal/archive_status/*.ready >/dev/null 2>&1"
    " || exit 0; sleep 0.5; done"
)

console = Console(highlight=False)


@dataclass(frozen=True)
class Plan:
    """What a restore will do."""

    stack: Stack
    at: str
    source: str
    generation: str
    sets: dict[str, Any]

    def told(self, running: bool) -> Table:
        newest = self.sets["backups"][-1] if self.sets["backups"] else None
        table = Table(show_header=False, box=None, padding=(0, 2))
        table.add_row("stack", self.stack.name)
        table.add_row("to", "the newest data there is" if self.at == "latest" else self.at)
        table.add_row("from", f"{self.source}: {len(self.sets['backups'])} backups, "
                      f"{len(self.sets['sets'])} sets")  # fmt: skip
        if newest:
            table.add_row("newest backup", f"{newest['label']}, {newest['size'] / 1e6:,.0f} MB")
        table.add_row("newest WAL", f"{self.sets['wal_max']}, "
                      f"{self.sets['wal_age']:.0f} s ago")  # fmt: skip
        table.add_row("onto", ", ".join(self.stack.volume(k, self.generation) for k in KINDS[:2]))
        kept = ", ".join(self.stack.volume(k) for k in KINDS[:2])
        table.add_row("kept", f"{kept}, until `make forget STACK={self.stack.name}`")
        lost = f"everything written after {self.at}"
        if self.at == "latest":
            lost = "what was written since the newest WAL"
            lost += "; writes during the restore, too" if running else ""
        table.add_row("lost", f"{lost} (the old volumes hold it)" if running else lost)
        return table


def restore(stack: Stack, at: str, source: str | None, yes: bool) -> None:
    """Restore, prove, change over. Raises `Trouble`; until the change-over nothing is touched."""
    began = time.monotonic()
    host = Host(stack)
    generation = f"r{datetime.now(UTC):%Y%m%d-%H%M%S}"
    local = f"{stack.values.prefix}-backups"
    source = source or (LOCAL if host.has_volume(local) else OFFSITE)
    if source not in stack.repositories:
        raise Trouble(f"repository {source!r}: stack {stack.name} has {stack.repositories}")
    mounts = {stack.volume("postgres-data", generation): "/var/lib/postgresql"}
    if host.has_volume(local):
        mounts[local] = f"{VOLUME}:ro"
    made = [stack.volume(kind, generation) for kind in KINDS]
    try:
        with host.reader("restore", mounts) as reader:
            plan = Plan(stack, at, source, generation, _sets(reader, source))
            console.print(plan.told(host.running("postgres") is not None))
            if not yes and not typer.confirm("Restore?"):
                raise Trouble("nothing was done")
            finish_wal(host)
            found = _database(reader, plan)
            if found["streams"]:
                _streams(host, plan, reader)
            if stack.values.bot and has_sessions(reader, plan):
                restore_sessions(host, plan)
    except BaseException:
        for volume in made:
            if host.has_volume(volume):
                host.docker("volume", "rm", "--force", volume)
        raise
    _switch(host, plan)
    _queue_again(host)
    backup.record_proof(stack, datetime.now(UTC))
    console.print(f"[green]restored in {time.monotonic() - began:.0f} s[/]; the old volumes stay")


def _sets(reader: Reader, source: str) -> dict[str, Any]:
    with console.status(f"reading the {source} repository"):
        sets = reader.ask("sets", "--repository", source)
    if not sets["backups"]:
        raise Trouble(f"the {source} repository holds no backup: try FROM=local or FROM=offsite")
    return sets


def has_sessions(reader: Reader, plan: Plan) -> bool:
    """Whether the bucket, where alone they are, holds any; what else is local needs no bucket."""
    if OFFSITE not in plan.stack.repositories:
        return False
    if plan.source == OFFSITE:
        return bool(plan.sets["sessions"])
    try:
        return bool(reader.ask("sets", "--repository", OFFSITE)["sessions"])
    except Trouble as trouble:
        kept = plan.stack.volume("telegram-sessions")
        told = f"sessions: not restored, the old ones stay on {kept}: {trouble}"
        console.print(told, markup=False)
        return False


def finish_wal(host: Host) -> None:
    """Send what a database that still runs has written until now."""
    server = host.running("postgres")
    if server and host.running("backup"):
        with console.status("sending the last WAL"):
            try:
                switch = ("psql", "-U", "postgres", "-qAtc", "SELECT pg_switch_wal()")
                host.docker("exec", server, *switch)
                host.docker("exec", server, "sh", "-c", WAIT_FOR_WAL)
            except Trouble as trouble:  # it may be what the restore is for
                told = f"the database does not answer, its last WAL is not sent: {trouble}"
                console.print(told, markup=False)


def _database(reader: Reader, plan: Plan) -> dict[str, Any]:
    with progress("database") as show:
        found = reader.follow(
            show, "restore", "--repository", plan.source, "--at", plan.at, "--check",
            "--streams", STREAMS,
        )  # fmt: skip
    for wrong in (found["structures"], found["checksums"]):
        if wrong:
            raise Trouble(f"the restored database is damaged: {wrong}; try another repository")
    rows = ", ".join(f"{table} {count}" for table, count in found["rows"].items())
    console.print(f"database: {found['label']}, {found['seconds']} s; {found['stopped']}")
    console.print(f"  checksums and structures hold; revision {found['revision']}; rows: {rows}")
    return found


def _streams(host: Host, plan: Plan, reader: Reader) -> None:
    """Put the streams into a new volume, by a server of their own that nobody else reaches."""
    prefix = plan.stack.values.prefix
    network, server = f"{prefix}-restore", f"{prefix}-restore-nats"
    volume = plan.stack.volume("nats-data", plan.generation)
    host.docker("network", "create", "--internal", network)
    try:
        host.docker(
            "run", "--detach", "--name", server, "--network", network, "--network-alias", "nats",
            "--user", f"{NATS_UID}:{NATS_UID}", "--cap-drop", "ALL", "--volume", f"{volume}:/data",
            plan.stack.images.nats, "nats-server", "--jetstream", "--store_dir", "/data",
            "--name", "nats-1",
        )  # fmt: skip
        host.docker("network", "connect", network, reader.container)
        host.docker("exec", "--user", USER, reader.container, "backup", "restore-streams",
                    "--server", "nats://nats:4222", STREAMS)  # fmt: skip
        host.docker("stop", server)
        console.print("streams: restored")
    finally:
        host.docker("rm", "--force", server)
        host.docker("network", "disconnect", "--force", network, reader.container)
        host.docker("network", "rm", network)


def restore_sessions(host: Host, plan: Plan) -> None:
    """Put the bot's sessions onto a new volume, each file as its uid's own."""
    volume = plan.stack.volume("telegram-sessions", plan.generation)
    with host.reader("restore-sessions", {volume: SESSIONS}, capabilities=GIVING_AWAY) as reader:
        here = ("exec", "--user", "0", reader.container)
        host.docker(*here, "backup", "restore-sessions", "--repository", OFFSITE)
        host.docker(*here, "chown", f"{BOT_UID}:{BOT_UID}", SESSIONS)
    console.print("sessions: restored")


def _switch(host: Host, plan: Plan) -> None:
    """Name the new volumes in the stack file and let the stack change over to them.

    What holds the old ones goes first: a deploy alone would refuse to take it down
    (docs/decisions/gaps.md). The deploy ends with a backup of what was restored.
    """
    stack = plan.stack
    place = f"{PROJECT}:stack.restored[{len(stack.values.restored)}]"
    pulumi = restore_stack.pulumi
    pulumi(stack.folder, "config", "set", "--path", place, plan.generation, "--stack", stack.name)
    console.print(f"{place} = {plan.generation} is in Pulumi.{stack.name}.yaml: commit it")
    backup.record_proof(stack, datetime.now(UTC))
    for service in HOLDERS:
        if container := host.running(service):
            with console.status(f"stopping {service}"):
                host.docker("stop", container)
                host.docker("rm", container)
    options = restore_stack.options(stack.name, stack.folder)
    pulumi(stack.folder, "up", "--yes", "--skip-preview", *options, show=True)


def _queue_again(host: Host) -> None:
    """Queue what the database holds open and the stream doesn't."""
    api = host.running("api")
    if api is None:
        console.print("no api runs: call POST /api/admin/requeue when one does")
        return
    said = host.docker("exec", api, "python3", "-c", REQUEUE)
    console.print(f"open tasks queued again: {said}")


def forget(stack: Stack, yes: bool) -> None:
    """Remove the volumes that restores have put aside; those in use stay."""
    host = Host(stack)
    old = [v for kind in KINDS for v in stack.volumes(kind)[:-1] if host.has_volume(v)]
    if not old:
        console.print("nothing was put aside")
        return
    console.print("to be removed, with all that is in them: " + ", ".join(old))
    if yes or typer.confirm("Remove?"):
        host.docker("volume", "rm", *old)


application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@application.command()
def main(
    stack: Annotated[str, typer.Option(help="The stack to restore.")],
    at: Annotated[
        str, typer.Option(help="latest, a time (UTC unless it says), or a restore point.")
    ] = "latest",
    source: Annotated[
        str | None, typer.Option("--from", help="local or offsite; local where there is one.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    forgetting: Annotated[
        bool, typer.Option("--forget", help="Remove what earlier restores put aside.")
    ] = False,
    cwd: Annotated[Path, typer.Option(help="Where the stack file is.")] = ROOT,
) -> None:
    """Restore a stack's data to a point in time, beside the old data, and change over to it."""
    try:
        loaded = restore_stack.load(stack, cwd)
        if forgetting:
            forget(loaded, yes)
        else:
            restore(loaded, at, source, yes)
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/]")
        raise typer.Exit(1) from None


if __name__ == "__main__":
    application()
