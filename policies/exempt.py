"""Who is outside a rule, and why."""

from __future__ import annotations

from policies.planned import Planned


def jobs(resource: Planned) -> str | None:
    """Jobs end by themselves: no probe, no restart, no drain."""
    return "a one-shot job" if resource.workload.is_job else None


def fillers(resource: Planned) -> str | None:
    """A container made for its uploads alone runs nothing that could need limits or a user."""
    return "never runs" if resource.workload.is_filler else None
