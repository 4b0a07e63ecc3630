"""The guard inside the program: the rules no flag can leave out.

The pack is loaded by a flag. `install` makes the program check itself with the same rules:

- The whole plan first. Resources register only once the program's own code has ended, and by
  then every one, a raw one or a child of a component, has been constructed and seen. What plain
  values break already ends an update before anything is registered.
- Each resource again as it registers, and once more after the engine has changed it by another
  transform. In an update one that breaks a law is refused before it is made.
- In the end the stack they make. A preview tells all findings, and fails.

`pulumi up` previews first, so all of it holds before anything is touched; with `--skip-preview`
the first two do.

A preview that the guard ends is one whose stack the pack never sees. Where the pack is what judges
a preview, and a report wants all it finds, `TASK_TRACKER_PREVIEW_JUDGE=pack` leaves previews to it;
updates are guarded all the same.
"""

from __future__ import annotations

import contextvars
import os
import sys
import threading
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import settings, stack, sync_await
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import callback_pb2, engine_pb2, resource_pb2, resource_pb2_grpc

from policies import configuration, exceptions
from policies.configuration import Misconfigured
from policies.constructed import raw, urn_of
from policies.finding import Finding, Kind
from policies.judge import Judge
from policies.planned import Options, Planned
from policies.registry import RULES
from policies.values import camel, plain

# The exit status by which the language host knows that the user has been told the reason.
_TOLD = 32

_JUDGE = "TASK_TRACKER_PREVIEW_JUDGE"


def install() -> None:
    """Guard this program. Called before any resource is made; raises `RunError` on a bad file."""
    if not isinstance(settings.get_monitor(), resource_pb2_grpc.ResourceMonitorStub):
        return  # mocks: there is no engine that could make anything
    try:
        values, exemptions = configuration.read(RULES), exceptions.read(RULES)
    except Misconfigured as error:
        raise pulumi.RunError(str(error)) from None
    guard = _Guard(Judge(RULES, values, exemptions), Judge(RULES, values, exemptions))
    guard.rehearsal.is_ordered = False  # what waits for what is settled as resources register
    guard.rehearsal.settings = guard.judge.settings = _stack_settings()
    if not pulumi.runtime.is_dry_run():  # a preview has no need of a rehearsal: it is one
        pulumi.runtime.register_stack_transformation(guard.construct)
    sync_await._sync_await(guard.listen())
    pulumi.run(guard.run)


def _stack_settings() -> dict[str, Any]:
    """The stack object, as far as it is one: what is wrong with it is told by the program."""
    try:
        found = pulumi.Config().get_object("stack")
    except pulumi.ConfigTypeError:
        return {}
    return found if isinstance(found, dict) else {}


class _Guard:
    def __init__(self, rehearsal: Judge, judge: Judge) -> None:
        self.rehearsal = rehearsal
        self.judge = judge
        self.constructed: list[Planned] = []
        self.found: dict[str, list[Finding]] = {}
        self._urns: dict[pulumi.Resource, str] = {}
        self._needs: dict[str, tuple[str, ...]] = {}
        self._registered: dict[str, Planned] = {}
        self._callbacks: _CallbackServicer | None = None
        self._exists = False
        self._transforms = False
        self._watching = False
        self._lock = threading.Lock()

    def construct(self, args: pulumi.ResourceTransformationArgs) -> None:
        """See a resource as the program constructs it; an output without a value is unknown."""
        opts = args.opts
        parent = self._urns.get(opts.parent, "") if opts.parent else ""
        urn = self._urns[args.resource] = urn_of(parent, args.type_, args.name)
        protect = opts.parent._protect if opts.protect is None and opts.parent else opts.protect
        options = Options(
            protect=bool(protect),
            delete_before_replace=opts.delete_before_replace,
            parent=parent,
            ignore_changes=tuple(opts.ignore_changes or ()),
            replace_on_changes=tuple(opts.replace_on_changes or ()),
        )
        self.constructed.append(Planned(args.type_, urn, camel(raw(args.props)), options))

    async def listen(self) -> None:
        """See each resource as the program sends it to the engine, in threads of the SDK's own."""
        self._callbacks = await settings._get_callbacks()
        here = contextvars.copy_context()  # which stack this is, and where its engine listens
        monitor: Any = settings.get_monitor()
        send, transform = monitor.RegisterResource, monitor.RegisterStackTransform

        def seen(request: resource_pb2.RegisterResourceRequest, *rest: Any, **more: Any) -> Any:
            defined = request.deleteBeforeReplaceDefined
            options = Options(
                protect=request.protect,
                delete_before_replace=request.deleteBeforeReplace if defined else None,
                parent=request.parent,
                ignore_changes=tuple(request.ignoreChanges),
                replace_on_changes=tuple(request.replaceOnChanges),
            )
            with self._lock:
                urn = here.run(self.register, request.type, request.name, request.object, options)
                self._needs[urn] = tuple(request.dependencies)
                if request.transforms and not self._watching:
                    self.watch()
            answer = send(request, *rest, **more)
            self._exists |= request.type.startswith("docker:") and bool(answer.id)
            return answer

        def transformed(*rest: Any, **more: Any) -> Any:
            self._transforms = True
            return transform(*rest, **more)

        monitor.RegisterResource, monitor.RegisterStackTransform = seen, transformed

    def watch(self) -> None:
        """See each resource after the engine changed it, where there are transforms that may.

        The engine calls back for each resource, a fifth of what a preview takes: it is asked only
        where the program has transforms, and after all of them.
        """
        callbacks = self._callbacks
        assert callbacks is not None
        self._watching = True

        # The SDK's own transform turns unknown values into None, which would read as "not given",
        # so the request is read as it comes.
        async def see(message: bytes) -> resource_pb2.TransformResponse:
            request = resource_pb2.TransformRequest.FromString(message)
            opts = request.options
            before = opts.delete_before_replace if opts.HasField("delete_before_replace") else None
            options = Options(
                protect=opts.protect,
                delete_before_replace=before,
                parent=request.parent,
                ignore_changes=tuple(opts.ignore_changes),
                replace_on_changes=tuple(opts.replace_on_changes),
            )
            with self._lock:
                self.register(request.type, request.name, request.properties, options)
            return resource_pb2.TransformResponse(
                properties=request.properties, options=request.options
            )

        token = str(uuid.uuid4())
        callbacks._callbacks[token] = see
        callback = callback_pb2.Callback(token=token, target=callbacks._target)
        callbacks._monitor.RegisterStackTransform(callback)

    def register(self, type: str, name: str, inputs: Struct, options: Options) -> str:
        """Judge a resource, unless it is what was judged already; its URN."""
        urn = urn_of(options.parent, type, name)
        resource = Planned(type, urn, plain(inputs), options)
        if self._registered.get(urn) != resource:
            self._registered[urn] = resource
            found = self.found[urn] = list(self.judge.resource(resource))
            if not pulumi.runtime.is_dry_run():
                _refuse(found)
        return urn

    async def run(self) -> None:
        """What happens between the end of the program's code and the end of the program."""
        if not pulumi.runtime.is_dry_run():
            _refuse(self.rehearse())
        if self._transforms:
            self.watch()
        await stack.wait_for_rpcs()
        root = pulumi.runtime.get_root_resource()
        urn = await root.urn.future() if root else None
        for each, needed in self._needs.items():
            self.judge.depends(each, needed)
        # In a preview what doesn't exist has no id yet. An update's answers come too late for that.
        self.judge.is_new = pulumi.runtime.is_dry_run() and not self._exists
        of_stack = self.judge.stack(pulumi.get_stack(), urn or "")
        found = [finding for each in self.found.values() for finding in each] + list(of_stack)
        if not (pulumi.runtime.is_dry_run() and os.environ.get(_JUDGE) == "pack"):
            _refuse(found)
            _mention(found)
        # What the program exports registers after this, and the SDK ends without waiting for that
        # unless something else is still outstanding.
        pulumi.Output.all("")

    def rehearse(self) -> list[Finding]:
        """What the plan breaks as constructed. What isn't known yet is left to the registration."""
        found = [f for resource in self.constructed for f in self.rehearsal.resource(resource)]
        found += self.rehearsal.stack(pulumi.get_stack(), "")
        return [finding for finding in found if finding.kind is not Kind.undecided]


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
    excused = [finding for finding in found if finding.kind is Kind.excused]
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
