"""The guard inside the program: the rules no flag can leave out.

The pack is loaded by a flag. `install` makes the program check itself with the same rules:

- The whole plan first. Resources register only once the program's own code has ended, and by
  then every one, a raw one or a child of a component, has been constructed and seen. What plain
  values break already ends an update before anything is registered.
- Each resource again as it registers, and once more after the engine has changed it by another
  transform. In an update one that breaks a law is refused before it is made.
- In the end the stack they make. A preview tells all findings, and fails; until then it judges
  beside the engine, not before it.

`pulumi up` previews first, so all of it holds before anything is touched; with `--skip-preview`
the first two do.

A preview that the guard ends is one whose stack the pack never sees. Where the pack is what judges
a preview, and a report wants all it finds, `TASK_TRACKER_PREVIEW_JUDGE=pack` leaves previews to it;
updates are guarded all the same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.runtime import settings, sync_await
from pulumi.runtime.proto import engine_pb2, resource_pb2_grpc

from policies.hearing import Beside, Hearing
from policies.planned import Planned
from policies.registrations import Registrations

if TYPE_CHECKING:
    from policies.finding import Finding

# The exit status by which the language host knows that the user has been told the reason.
_TOLD = 32

_JUDGE = "TASK_TRACKER_PREVIEW_JUDGE"


def install() -> None:
    """Guard this program. Called before any resource is made; raises `RunError` on a bad file."""
    if not isinstance(settings.get_monitor(), resource_pb2_grpc.ResourceMonitorStub):
        return  # mocks: there is no engine that could make anything
    if not pulumi.runtime.is_dry_run():
        guard: _Update | _Preview = _Update()
    elif os.environ.get(_JUDGE) != "pack":
        guard = _Preview()
    else:
        return
    sync_await._sync_await(guard.registrations.listen())
    pulumi.run(guard.run)


class _Update:
    """Nothing that breaks a law is made."""

    def __init__(self) -> None:
        from policies.rehearsal import Rehearsal

        self._hearing, self._rehearsal = Hearing(), Rehearsal()
        self.registrations = Registrations(self._hear)
        pulumi.runtime.register_stack_transformation(self._rehearsal.construct)

    def _hear(self, resource: Planned) -> None:
        _refuse(self._hearing.resource(resource))

    async def run(self) -> None:
        """What happens between the end of the program's code and the end of the program."""
        _refuse(self._rehearsal.findings())
        urn = await self.registrations.settled()
        # What exists is asked in previews: an update's answers come too late for that.
        _conclude(self._hearing.stack(urn, False, self.registrations.needs))


class _Preview:
    """All that breaks a law is told."""

    def __init__(self) -> None:
        self._beside = Beside()
        self.registrations = Registrations(self._beside.resource)

    async def run(self) -> None:
        """What happens between the end of the program's code and the end of the program."""
        self._beside.begin()
        urn = await self.registrations.settled()
        hearing = await self._beside.end()
        # In a preview what doesn't exist has no id yet.
        _conclude(hearing.stack(urn, not self.registrations.exist, self.registrations.needs))


def _conclude(found: Sequence[Finding]) -> None:
    _refuse(found)
    _mention(found)
    # What the program exports registers after this, and the SDK ends without waiting for that
    # unless something else is still outstanding.
    pulumi.Output.all("")


def _refuse(found: Iterable[Finding]) -> None:
    """End the program if anything found blocks, each told on its resource."""
    blocking = [finding for finding in found if finding.blocks]
    if not blocking:
        return
    for finding in blocking:
        _tell(engine_pb2.ERROR, finding)
    sys.stdout.flush()
    sys.stderr.flush()
    # An exception would let the registrations that wait for the event loop go on, and would end
    # in a traceback.
    os._exit(_TOLD)


def _mention(found: Sequence[Finding]) -> None:
    """Tell what is excused; the rest that doesn't block is counted, the pack lists it."""
    excused = [finding for finding in found if finding.is_excused]
    for finding in excused:
        _tell(engine_pb2.WARNING, finding)
    if others := len(found) - len(excused):
        pulumi.log.info(f"{others} policy findings are advisory; --policy-pack policies lists them")


def _tell(severity: Any, finding: Finding) -> None:
    text = f"policy {finding.rule.id} ({finding.rule.severity.value}): {finding.message}"
    request = engine_pb2.LogRequest(severity=severity, message=text, urn=finding.urn)
    engine = settings.get_engine()
    assert engine is not None
    engine.Log(request)
