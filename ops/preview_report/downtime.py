"""What a plan takes down: each step is no gap, a gap with its length, or a loss of data.

The order of deletion and creation in the plan is the provider's own rule for what can be changed in
place, beside the old one, or only after it. What can't be told apart is the worse of the two.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from components.engines.docker_container import NEEDS_NEW_CONTAINER
from ops.preview_report.course import Course, courses
from ops.preview_report.event_log import CONTAINER, SERVICE, VOLUME, Step
from policies.duration import seconds
from policies.inputs import Undecided
from policies.planned import Options, Planned, Stack
from policies.rules import protect_data_volumes
from policies.workload import Workload

Kind = Literal["none", "gap", "loss", "ignored"]

# From worst to mildest.
KINDS: tuple[Kind, ...] = ("loss", "gap", "ignored", "none")

# What the engine waits after a stop signal where it is told nothing else.
GRACE = 10


class Disruption(BaseModel):
    """What happens to what serves, or to a volume with data.

    Seconds are what its settings allow; None is a gap whose length nothing tells.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str
    resource: str
    urn: str
    kind: Kind
    usual_seconds: int | None = 0
    most_seconds: int | None = 0
    text: str
    refused: bool = False


@dataclass(frozen=True)
class _Told:
    kind: Kind
    text: str
    usual: int | None = 0
    most: int | None = 0


def disruptions(
    steps: Sequence[Step], data: protect_data_volumes.Data | None = None
) -> list[Disruption]:
    """What each thing that serves and each volume with data goes through, worst first.

    `data` says which volumes hold data whoever mounts them, and which may be lost.
    """
    plan = courses(steps)
    kept = _with_data(plan, data or protect_data_volumes.Data())
    found = [
        Disruption(
            service=course.owner, resource=course.name, urn=course.urn, kind=told.kind,
            usual_seconds=told.usual, most_seconds=told.most, text=told.text,
        )
        for course in plan
        if (told := _volume(course, kept) if course.type == VOLUME else _workload(course, plan))
    ]  # fmt: skip
    return sorted(found, key=lambda d: (KINDS.index(d.kind), d.service, d.resource))


def _workload(course: Course, plan: Sequence[Course]) -> _Told | None:
    """What a container or a Swarm service goes through; None for what serves nobody."""
    if course.type not in (CONTAINER, SERVICE) or not _serves(course) or course.ops == ["same"]:
        return None
    if course.made_again:
        return _Told("none", "it is not on the host any more, and made again")
    if course.replaced:
        if course.stops_first:
            return _gap(course)
        if any(op in ("delete-replaced", "discard-replaced") for op in course.ops):
            return _Told("none", "a new one is healthy before the old one leaves")
        return _Told("none", "a new one is made beside the old one")
    if course.goes:
        if _others_serve(course, plan):
            return _Told("none", "others of its service serve on")
        return _Told("gap", "it is taken away for good", None, None)
    if "update" in course.ops:
        return _updated_service(course) if course.type == SERVICE else _updated(course)
    return _Told("none", "it is new")


def _serves(course: Course) -> bool:
    """Whether it is more than a job or a carrier of files, before the plan or after it."""
    return any(_is_server(state) for state in (course.before, course.after) if state)


def _is_server(resource: Planned) -> bool:
    try:
        return not resource.workload.is_job or resource.workload.spec.has("healthcheck")
    except Undecided:
        return True


def _gap(course: Course) -> _Told:
    """From the stop of the old one to the first good answer of the new one."""
    try:
        grace = _grace(course.before.workload) if course.before else GRACE
        length = _start(course.after.workload) if course.after else None
    except (Undecided, ValueError):
        return _Told("gap", "it is stopped before its successor starts", None, None)
    if length is None:
        text = (
            f"stopped before its successor starts: at most {grace} s to stop, and no health check "
            "tells how long it takes to start"
        )
        return _Told("gap", text, None, None)
    usual, most = length[0], grace + length[1]
    text = f"stopped before its successor starts: about {usual} s, at most {most} s"
    return _Told("gap", text, usual, most)


def _grace(workload: Workload) -> int:
    """How many seconds it may take to stop."""
    if workload.swarm:
        return math.ceil(seconds(workload.spec.text("stopGracePeriod"))) or GRACE
    return int(workload.inputs.number("stopTimeout")) or GRACE


def _start(workload: Workload) -> tuple[int, int] | None:
    """Seconds to the first good answer, usual and at most; None where nothing asks for one."""
    health = workload.spec.inside("healthcheck")
    if not health.data or list(health.texts("tests")) == ["NONE"]:
        return None
    usual = seconds(health.text("interval")) + seconds(health.text("timeout"))
    tries = int(health.number("retries")) or 3
    return round(usual), round(seconds(health.text("startPeriod")) + tries * usual)


def _others_serve(course: Course, plan: Sequence[Course]) -> bool:
    """Whether replicas of it are there all the time, or come before it goes.

    A new one can't run beside one that owns a port of the host or writes to a volume.
    """
    service = course.before and _service(course.before)
    if not service or course.before is None:
        return False
    shares = _shares(course.before)
    return any(
        other is not course
        and other.after is not None
        and other.type == course.type
        and _is_server(other.after)
        and _service(other.after) == service
        and (shares if other.before is None else not (other.replaced and other.stops_first))
        for other in plan
    )


def _service(resource: Planned) -> str:
    try:
        return resource.workload.service
    except Undecided:
        return ""


def _shares(resource: Planned) -> bool:
    try:
        writes = any(m.type == "volume" and not m.read_only for m in resource.workload.mounts())
        return not writes and not any(resource.workload.ports())
    except Undecided:
        return False


def _updated(course: Course) -> _Told:
    if lost := sorted({*course.reasons} & {*NEEDS_NEW_CONTAINER}):
        text = f"{', '.join(lost)} reach no running container: the change has no effect"
        return _Told("ignored", text)
    return _Told("none", "changed in place")


def _updated_service(course: Course) -> _Told:
    """Swarm replaces the tasks of a service itself, in the order its settings say."""
    service = course.after
    if service is None:
        return _gap(course)
    try:
        workload, update = service.workload, service.inputs.inside("updateConfig")
        if workload.replicas == 0:
            return _Told("gap", "it is scaled down to nothing", None, None)
        if "taskSpec" not in course.reasons:
            return _Told("none", "changed in place")
        if update.text("order") == "start-first":
            return _Told("none", "each new task runs before the old one leaves")
        at_once = update.number("parallelism") if update.has("parallelism") else 1
        if 0 < at_once < workload.replicas:
            return _Told("none", "its tasks are replaced in turn")
    except Undecided:
        pass
    return _gap(course)


def _volume(course: Course, kept: set[str] | None) -> _Told | None:
    """What a volume goes through; None for one that carries files, which the plan makes anew."""
    state = next((step.old for step in course.steps if step.old), None)
    if state is None or not (course.goes or course.replaced):
        return None
    if not (state.protect or state.retain_on_delete or kept is None or course.urn in kept):
        return None
    stays = " The old volume stays on the host." if state.retain_on_delete else ""
    who = "" if course.goes else ": the service starts with an empty volume"
    return _Told("loss", f"its data is no longer used{who}.{stays}")


def _with_data(plan: Sequence[Course], data: protect_data_volumes.Data) -> set[str] | None:
    """URNs of the volumes that hold data, by the law that protects them; None: can't be told."""
    there = [course.before for course in plan if course.before]
    bare = [Planned(each.type, each.urn, each.data, Options()) for each in there]
    try:
        return {
            found[0].urn
            for found in protect_data_volumes.check(Stack("", tuple(bare)), data)
            if isinstance(found, tuple)
        }
    except Undecided:
        return None
