"""Who is outside a rule, and why."""

from __future__ import annotations

from policies.planned import Planned


def jobs(resource: Planned) -> str | None:
    """One-shot jobs: they end by themselves, so they need no probe, restart or drain."""
    return "a one-shot job" if resource.workload.is_job else None


def unseen(resource: Planned) -> str | None:
    """Options that the engine doesn't tell the pack: the guard inside the program sees them."""
    return "the pack can't see it" if resource.options.replace_on_changes is None else None


def fillers(resource: Planned) -> str | None:
    """Containers made for their uploads alone: nothing runs in them."""
    return "never runs" if resource.workload.is_filler else None
