"""`make recover`: after a `pulumi up` that was killed, lets the next one start from the truth.

A killed command leaves its lock, operations of unknown outcome, and containers that no state knows.
An `up` alone would meet the lock, and could start a second server beside one that nobody knows.
"""

import json
import os
from dataclasses import dataclass, field
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ops import lock, state
from ops.lock import Lock
from ops.orphans import Engine, Object, orphans
from ops.state import CREATING, State
from toolchain import stacks
from toolchain.failure import Failure

PROJECT = "task-tracker"

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Damage:
    """What is not as a command that ends would leave it."""

    locks: tuple[Lock, ...] = ()
    pending: tuple[str, ...] = ()
    creating: bool = False
    failed: tuple[state.Resource, ...] = ()
    orphans: tuple[Object, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.locks or self.pending or self.failed or self.orphans)


def damage(locks: tuple[Lock, ...], known: State, found: tuple[Object, ...]) -> Damage:
    """Compare what Pulumi knows with what the engine has."""
    return Damage(
        locks=locks,
        pending=tuple(str(operation) for operation in known.pending),
        creating=any(operation.type == CREATING for operation in known.pending),
        failed=known.failed,
        orphans=orphans(found, known.ids),
    )


def table(stack: str, found: Damage) -> Table:
    """What is wrong, and what is done about each of it."""
    shown = Table(title=f"stack {stack}", title_justify="left")
    for heading in ("what", "which", "then"):
        shown.add_column(heading, overflow="fold")
    for held in found.locks:
        shown.add_row("lock of a dead process", str(held), "dropped")
    for operation in found.pending:
        shown.add_row("outcome unknown", operation, "forgotten; the engine is asked instead")
    for resource in found.failed:
        shown.add_row("half made", resource.name, "replaced by the next up")
    for thing in found.orphans:
        shown.add_row(f"{thing.kind} in no state", f"{thing.name} {thing.state}".strip(), "removed")
    return shown


def main(
    stack: Annotated[str, typer.Option(help="Its name, as in Pulumi.<stack>.yaml.")] = "dev",
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, change nothing.")] = False,
) -> None:
    """Clear up after a `pulumi up` that was killed; data volumes are never touched."""
    try:
        recover(stack, yes, dry_run)
    except Failure as failure:
        Console(stderr=True, highlight=False, soft_wrap=True).print(
            f"recover: {failure}", style="red", markup=False
        )
        raise typer.Exit(1) from None


def recover(stack: str, yes: bool, dry_run: bool) -> None:
    """Find what is damaged, show it, ask, and mend it. Raises Failure."""
    backend = str(json.loads(state.pulumi("whoami", "--json"))["url"])
    locks = lock.read(backend, PROJECT, stack)
    if held := [one for one in locks if not one.stale]:
        raise Failure(
            f"stack {stack}",
            f"is being changed by {held[0]}",
            "wait for that to end"
            if held[0].here
            else f"wait for it; if nothing of it runs there any more: pulumi cancel --stack {stack}"
            " --yes, and run this again",
        )
    known = state.read(stack)
    engine = Engine(known.host)
    there = engine.find(stack)
    if there and known.root is None:
        raise Failure(
            f"stack {stack}",
            f"{there[0].name} and {len(there) - 1} more are there, and the state at {backend} knows"
            " nothing of the stack: another state does",
            "name that one by PULUMI_BACKEND_URL or `pulumi login`, then run this again",
        )
    found = damage(locks, known, there)
    if not found:
        console.print(f"recover: stack {stack} is whole, nothing to do")
        return
    console.print(table(stack, found))
    if dry_run:
        console.print("nothing was changed (--dry-run)")
        return
    if not yes and not typer.confirm("Go on?", default=False):
        console.print("nothing was changed")
        raise typer.Exit(1)
    mend(stack, found, known, engine)
    console.print(f"recover: stack {stack} is whole again; run `make up STACK={stack}`")


def mend(stack: str, found: Damage, known: State, engine: Engine) -> None:
    """Do what the table says. It may be killed at any moment and run again. Raises Failure."""
    if found.locks:
        state.pulumi("cancel", "--stack", stack, "--yes")
    for thing in found.orphans:
        engine.remove(thing)
    if found.failed:
        state.pulumi("state", "taint", *(r.urn for r in found.failed), "--stack", stack, "--yes")
    if found.pending and known.root:
        # Only the stack itself is asked for, which asks no provider: every `up` looks by itself
        # what the host has (docs/decisions/presence.md).
        # Where the key is this machine's own, the file with its salt is not the committed one.
        own = ["--config-file", str(stacks.file(stack, os.environ))]
        state.pulumi(
            "refresh", "--stack", stack, "--yes", "--skip-preview",
            *(own if stacks.private(os.environ) else []),
            *(["--clear-pending-creates"] if found.creating else []), "--target", known.root,
        )  # fmt: skip


if __name__ == "__main__":
    typer.run(main)
