"""The judge inside the program: hears each resource as it registers, and in the end the stack."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import pulumi

from policies.planned import Planned

if TYPE_CHECKING:
    from policies.finding import Finding
    from policies.judge import Judge


def appoint() -> Judge:
    """A judge by the rules, the values and the exceptions of this folder.

    Raises `RunError` on a bad file. The rules are imported here: that takes a tenth of a second,
    which a preview has when it waits for the engine.
    """
    from policies import configuration, exceptions
    from policies.judge import Judge
    from policies.registry import RULES

    try:
        judge = Judge(RULES, configuration.read(RULES), exceptions.read(RULES))
    except configuration.Misconfigured as error:
        raise pulumi.RunError(str(error)) from None
    judge.settings = _stack_settings()
    return judge


def _stack_settings() -> dict[str, Any]:
    """The stack object, as far as it is one: what is wrong with it is told by the program."""
    try:
        found = pulumi.Config().get_object("stack")
    except pulumi.ConfigTypeError:
        return {}
    return found if isinstance(found, dict) else {}


class Hearing:
    """Everything heard, each resource in its last shape. One call at a time."""

    def __init__(self) -> None:
        self.judge = appoint()
        self._found: dict[str, list[Finding]] = {}
        self._heard: dict[str, tuple[object, object]] = {}

    def resource(self, resource: Planned) -> Sequence[Finding]:
        """What is found in a resource; nothing in one that was judged as it is already."""
        shape = resource.data, resource.options
        if self._heard.get(resource.urn) == shape:
            return ()
        self._heard[resource.urn] = shape
        found = self._found[resource.urn] = list(self.judge.resource(resource))
        return found

    def stack(
        self, urn: str, is_new: bool, needs: Mapping[str, Sequence[str]]
    ) -> Sequence[Finding]:
        """All that was found in the resources and in the stack they make.

        `needs` holds what each depends on, as URNs.
        """
        for each, needed in needs.items():
            self.judge.depends(each, needed)
        self.judge.is_new = is_new
        of_stack = list(self.judge.stack(pulumi.get_stack(), urn))
        return [finding for each in self._found.values() for finding in each] + of_stack


class Beside:
    """A hearing in a thread of its own, from `begin` on.

    A preview waits for the engine and its providers most of the time. The judge need not wait with
    it, and begins when the program's own code has ended.
    """

    def __init__(self) -> None:
        self._heard: SimpleQueue[Planned | None] = SimpleQueue()
        self._ended: Future[Hearing] = Future()

    def resource(self, resource: Planned) -> None:
        """Have a resource judged when its turn comes."""
        self._heard.put(resource)

    def begin(self) -> None:
        """Judge what was heard until now, and what will be."""
        here = contextvars.copy_context()  # which stack this is
        threading.Thread(target=here.run, args=(self._run,), name="judge", daemon=True).start()

    async def end(self) -> Hearing:
        """The hearing, once all that was heard is judged. Raises what ended it."""
        self._heard.put(None)
        return await asyncio.wrap_future(self._ended)

    def _run(self) -> None:
        try:
            hearing = Hearing()
            while resource := self._heard.get():
                hearing.resource(resource)
            self._ended.set_result(hearing)
        except BaseException as error:
            self._ended.set_exception(error)
