"""Backups of a stack: take one now, and how they are (`make backup`, `make backups`).

How they are is also written to `backups/<stack>.json`, from which the preview knows it where no
host is in reach (docs/decisions/proven-restore.md).
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ops import restore_stack
from ops.restore_host import Host
from ops.restore_stack import ROOT, Stack, Trouble
from policies import proof

console = Console(highlight=False)


def record_file(stack: Stack) -> Path:
    return proof.FOLDER / f"{stack.name}.json"


def record(
    stack: Stack, status: dict[str, Any] | None, drill: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Write down what is known of a stack's backups, and give it back.

    Where no service answers, what was known stays.
    """
    file = record_file(stack)
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if "deployed" not in known and (deployed := proof.deployed(stack.name, stack.folder)):
        known["deployed"] = deployed.isoformat(timespec="seconds")
    places = status["places"] if status else []
    sets = [place["set_taken"] for place in places if place["set_taken"]]
    proofs = [place["proven"]["started"] for place in places if place["proven"]]
    proofs += [drill["started"]] if drill and drill["passed"] else []
    for key, times in (("newest_backup", sets), ("proven_restore", proofs)):
        if times:
            known[key] = max([known.get(key, ""), *times])
    _write(file, known)
    return known


def record_proof(stack: Stack, when: datetime) -> None:
    """Write down that a restore was proven: a real one."""
    known = record(stack, Host(stack).status())
    _write(record_file(stack), known | {"proven_restore": when.isoformat(timespec="seconds")})


def _write(file: Path, known: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")


def table(status: dict[str, Any]) -> Table:
    """The backups by repository, as people read them."""
    shown = Table("repository", "newest set", "age", "database", "stored", "WAL up to",
                  "restore proven", "RTO", "RPO", "state")  # fmt: skip
    for place in status["places"]:
        proven = place["proven"] or {}
        shown.add_row(
            place["name"],
            place["set_taken"][:19].replace("T", " ") or "none",
            _age(place["set_age"]),
            f"{place['size'] / 1e6:,.1f} MB",
            f"{place['stored'] / 1e6:,.1f} MB",
            place["wal_max"],
            proven.get("started", "never")[:19].replace("T", " "),
            f"{proven['seconds']:.0f} s" if proven else "",
            f"{proven['data_age']:.0f} s" if proven else "",
            place["reachable"] or "[green]ok[/]",
        )
    return shown


def _age(seconds: float | None) -> str:
    if seconds is None:
        return ""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours} h {rest // 60:02} min"


application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
Name = Annotated[str, typer.Option("--stack", help="The stack.")]
Folder = Annotated[Path, typer.Option(help="Where the stack file is.")]


@application.command()
def show(stack: Name, cwd: Folder = ROOT) -> None:
    """How the backups are; exit 1 if anything is wrong."""
    try:
        loaded = restore_stack.load(stack, cwd)
        status = Host(loaded).status()
        known = record(loaded, status)
        if status is None:
            raise Trouble(
                f"no backup service of stack {stack} runs; known is: "
                f"newest backup {known.get('newest_backup', 'none')}, "
                f"restore proven {known.get('proven_restore', 'never')}"
            )
        console.print(table(status))
        for trouble in status["troubles"]:
            console.print(f"[red]{trouble}[/]")
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/]")
        raise typer.Exit(1) from None
    if status["troubles"]:
        raise typer.Exit(1)


@application.command()
def take(
    stack: Name,
    kind: Annotated[str, typer.Option("--type", help="full, diff or incr.")] = "incr",
    name: Annotated[str | None, typer.Option(help="Of its restore point.")] = None,
    cwd: Folder = ROOT,
) -> None:
    """Take a backup set now."""
    try:
        loaded = restore_stack.load(stack, cwd)
        host = Host(loaded)
        service = host.running("backup")
        if service is None:
            raise Trouble(f"no backup service of stack {stack} runs: make up STACK={stack}")
        named = ["--name", name] if name else []
        with console.status("taking a backup"):
            said = host.docker(
                "exec", service, "backup", "take", "--type", kind, "--wait", "600", *named
            )
        console.print(said)
        record(loaded, host.status())
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/]")
        raise typer.Exit(1) from None


@application.command("record")
def record_only(stack: Name, cwd: Folder = ROOT) -> None:
    """Refresh `backups/<stack>.json`, if the host answers."""
    try:
        loaded = restore_stack.load(stack, cwd)
        if loaded.values.backups is not None:
            record(loaded, Host(loaded).status())
    except Trouble as trouble:
        console.print(f"backups: not refreshed: {trouble}")


if __name__ == "__main__":
    application()
