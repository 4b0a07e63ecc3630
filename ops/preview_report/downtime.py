"""What a plan takes down: each step is no gap, a gap with its length, or a loss of data.

The order of deletion and creation in the plan is the provider's own rule for what can be changed in
place, beside the old one, or only after it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from components.engines.docker_container import NEEDS_NEW_CONTAINER
from ops.preview_report.event_log import CONTAINER, VOLUME, Step

Kind = Literal["none", "gap", "loss", "ignored"]

# From worst to mildest.
KINDS: tuple[Kind, ...] = ("loss", "gap", "ignored", "none")


class Disruption(BaseModel):
    """What happens to one container or data volume. Seconds are what its settings allow."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    resource: str
    kind: Kind
    usual_seconds: int = 0
    most_seconds: int = 0
    text: str


def disruptions(steps: Sequence[Step]) -> list[Disruption]:
    """What each container that serves and each volume with data goes through, worst first."""
    found = [*_containers(steps), *_volumes(steps)]
    return sorted(found, key=lambda d: (KINDS.index(d.kind), d.service, d.resource))


def _containers(steps: Sequence[Step]) -> Iterator[Disruption]:
    for urn, ops in _by_urn(steps, CONTAINER).items():
        step = next((s for s in reversed(ops) if s.new), ops[-1])
        if not step.inputs.get("healthcheck"):
            continue  # a job, or a carrier of files
        order = [s.op for s in ops]
        name = urn.rpartition("::")[2]
        if "create-replacement" in order and "delete-replaced" in order:
            first = order.index("delete-replaced") < order.index("create-replacement")
            yield _gap(step, name) if first else Disruption(
                service=step.owner, resource=name, kind="none",
                text="a new container is healthy before the old one leaves",
            )  # fmt: skip
        elif "create-replacement" in order:
            yield Disruption(
                service=step.owner, resource=name, kind="none",
                text="a new container is made beside the old one",
            )  # fmt: skip
        elif "delete" in order:
            yield Disruption(
                service=step.owner, resource=name, kind="gap", text="it is taken away for good"
            )
        elif "update" in order:
            lost = sorted(set(step.reasons) & set(NEEDS_NEW_CONTAINER))
            if lost:
                yield Disruption(
                    service=step.owner, resource=name, kind="ignored",
                    text=f"{', '.join(lost)} reach no running container: the change has no effect",
                )  # fmt: skip
        elif "create" in order:
            yield Disruption(service=step.owner, resource=name, kind="none", text="it is new")


def _gap(step: Step, name: str) -> Disruption:
    """From the stop of the old one to the first good answer of the new one."""
    health: Mapping[str, Any] = step.inputs["healthcheck"]
    interval, timeout = _seconds(health.get("interval")), _seconds(health.get("timeout"))
    start, grace = _seconds(health.get("startPeriod")), int(step.inputs.get("stopTimeout") or 10)
    retries = int(health.get("retries") or 3)
    most = grace + start + retries * (interval + timeout)
    return Disruption(
        service=step.owner,
        resource=name,
        kind="gap",
        usual_seconds=interval + timeout,
        most_seconds=most,
        text=f"stopped before its successor starts: about {interval + timeout} s, at most {most} s",
    )


def _volumes(steps: Sequence[Step]) -> Iterator[Disruption]:
    for urn, ops in _by_urn(steps, VOLUME).items():
        old = next((s.old for s in ops if s.old), {})
        goes = any(s.op in ("delete", "delete-replaced", "replace") for s in ops)
        if not goes or not (old.get("protect") or old.get("retainOnDelete")):
            continue  # volumes without protection carry files that the plan makes anew
        kept = " The old volume stays on the host." if old.get("retainOnDelete") else ""
        yield Disruption(
            service=ops[0].owner,
            resource=urn.rpartition("::")[2],
            kind="loss",
            text=f"its data is no longer used: the service starts with an empty volume.{kept}",
        )


def _by_urn(steps: Iterable[Step], type: str) -> dict[str, list[Step]]:
    grouped: dict[str, list[Step]] = {}
    for step in steps:
        if step.type == type:
            grouped.setdefault(step.urn, []).append(step)
    return grouped


def _seconds(duration: object) -> int:
    """Whole seconds of a duration as the provider writes it: 1m30s, 500ms, 10s."""
    total, number = 0.0, ""
    units = {"h": 3600.0, "m": 60.0, "s": 1.0}
    text = str(duration or "0s").replace("ms", "M")
    for letter in text:
        if letter.isdigit() or letter == ".":
            number += letter
        else:
            total += float(number or 0) * units.get(letter, 0.001)
            number = ""
    return round(total)
