"""What a program registers, heard of as it is sent to the engine."""

from __future__ import annotations

import contextvars
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import settings, stack
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.proto import callback_pb2, resource_pb2

from policies.constructed import urn_of
from policies.planned import Options, Planned
from policies.values import plain


class Registrations:
    """Every resource goes to `hear` before the engine gets it; one that raises keeps it back.

    `needs` holds what each depends on, as URNs; `exist` says whether the engine has any on the
    host.
    """

    def __init__(self, hear: Callable[[Planned], None]) -> None:
        self.needs: dict[str, tuple[str, ...]] = {}
        self.exist = False
        self._hear = hear
        self._callbacks: _CallbackServicer | None = None
        self._transforms = False
        self._watching = False
        self._lock = threading.Lock()

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
                urn = here.run(self._hear_of, request.type, request.name, request.object, options)
                self.needs[urn] = tuple(request.dependencies)
                if request.transforms and not self._watching:
                    self._watch()
            answer = send(request, *rest, **more)
            self.exist |= request.type.startswith("docker:") and bool(answer.id)
            return answer

        def transformed(*rest: Any, **more: Any) -> Any:
            self._transforms = True
            return transform(*rest, **more)

        monitor.RegisterResource, monitor.RegisterStackTransform = seen, transformed

    def _watch(self) -> None:
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
                self._hear_of(request.type, request.name, request.properties, options)
            return resource_pb2.TransformResponse(
                properties=request.properties, options=request.options
            )

        token = str(uuid.uuid4())
        callbacks._callbacks[token] = see
        callback = callback_pb2.Callback(token=token, target=callbacks._target)
        callbacks._monitor.RegisterStackTransform(callback)

    def _hear_of(self, type: str, name: str, inputs: Struct, options: Options) -> str:
        """Have a resource heard; its URN."""
        urn = urn_of(options.parent, type, name)
        self._hear(Planned(type, urn, plain(inputs), options))
        return urn

    async def settled(self) -> str:
        """Wait until all have registered; the URN of the stack itself."""
        if self._transforms:
            self._watch()
        await stack.wait_for_rpcs()
        root = pulumi.runtime.get_root_resource()
        return (await root.urn.future() if root else None) or ""
