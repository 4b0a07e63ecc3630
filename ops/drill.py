"""Prove that a stack's newest backup can be restored: `make drill STACK=prod [FROM=offsite]`.

The local repository is drilled by the stack's own drill container, on no network; the other needs
one, and gets a container of its own for it. Nothing that serves is touched.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from components.backup_configuration import DRILLS, LOCAL, VOLUME
from ops import backup, restore_stack
from ops.restore_host import Host, Reader
from ops.restore_progress import progress
from ops.restore_stack import ROOT, Stack, Trouble

console = Console(highlight=False)


@contextmanager
def driller(host: Host, source: str) -> Iterator[Reader]:
    """The container that drills."""
    own = host.running("drill")
    if source == LOCAL and own:
        yield Reader(host, own)
        return
    prefix = host.stack.values.prefix
    scratch = host.mounted(own, DRILLS) if own else f"{prefix}-drill-scratch"
    mounts = {scratch: DRILLS}
    if host.has_volume(f"{prefix}-backups"):
        mounts[f"{prefix}-backups"] = f"{VOLUME}:ro"
    network = "none" if source == LOCAL else "bridge"
    try:
        with host.reader("drilling", mounts, network) as reader:
            yield reader
    finally:
        if own is None:
            host.docker("volume", "rm", "--force", scratch)


def drill(stack: Stack, source: str) -> dict[str, Any]:
    """Drill one repository; what was found. Raises `Trouble` if there is nothing to restore."""
    host = Host(stack)
    if source not in stack.repositories:
        raise Trouble(f"repository {source!r}: stack {stack.name} has {stack.repositories}")
    with driller(host, source) as reader, progress("restoring") as show:
        found = reader.follow(show, "drill", "--repository", source)
    backup.record(stack, host.status(), found)
    return found


def table(found: dict[str, Any]) -> Table:
    """A drill's result."""
    shown = Table("check", "held", title=f"drill of {found['name']} from {found['repository']}")
    for check, fault in found["checks"].items():
        shown.add_row(check, f"[red]{fault}[/]" if fault else "[green]yes[/]")
    return shown


def told(found: dict[str, Any]) -> str:
    """Its figures, in a line."""
    size = found["bytes"] / 1e6
    return (
        f"time to recover (RTO) {found['seconds']:.0f} s for {size:,.0f} MB; the newest data "
        f"in the repository was {found['data_age']:.0f} s old (RPO)"
    )


application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@application.command()
def main(
    stack: Annotated[str, typer.Option(help="The stack.")],
    source: Annotated[str, typer.Option("--from", help="local or offsite.")] = LOCAL,
    cwd: Annotated[Path, typer.Option(help="Where the stack file is.")] = ROOT,
) -> None:
    """Restore the newest backup for nobody's use, and check that all of it is there."""
    try:
        found = drill(restore_stack.load(stack, cwd), source)
    except Trouble as trouble:
        console.print(f"[red]{trouble}[/]")
        raise typer.Exit(1) from None
    console.print(table(found))
    console.print(told(found))
    if not found["passed"]:
        console.print("[red]the newest backup can't be relied on: docs/backup-restore.md[/]")
        raise typer.Exit(1)


if __name__ == "__main__":
    application()
