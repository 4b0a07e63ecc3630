"""One container that a test does harm to, from the host."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from typing import Any

from components.workload import Health
from tests.live.app.processes import descendants, wait_for
from tests.live.pulumi_stack import PulumiStack, docker, inspect

SECOND = 1_000_000_000  # the engine counts in nanoseconds


@dataclass(frozen=True)
class Container:
    """By its name, whatever process runs in it at the moment."""

    name: str

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = inspect(self.name)["State"]
        return found

    @property
    def pid(self) -> int:
        """Its main process; 0 while there is none."""
        return int(self.state["Pid"])

    @property
    def health(self) -> str:
        return str(self.state["Health"]["Status"])

    @property
    def promised(self) -> Health:
        """The health check that the engine was given for it."""
        check = inspect(self.name)["Config"]["Healthcheck"]
        return Health(
            command=tuple(check["Test"][1:]),
            interval=check["Interval"] // SECOND,
            timeout=check["Timeout"] // SECOND,
            retries=check["Retries"],
            start_period=check["StartPeriod"] // SECOND,
        )

    def kill(self) -> float:
        """kill -9 of its main process; the seconds until the engine has started it again."""
        before, started = self.pid, time.monotonic()
        os.kill(before, signal.SIGKILL)
        wait_for(f"{self} to run again", lambda: self.pid not in (0, before))
        return time.monotonic() - started

    def wait_until_it_answers(self) -> None:
        """Wait for its own probe to succeed, which the engine asks only once in a while."""
        probe = self.promised.command
        wait_for(f"{self} to answer its probe", lambda: docker("exec", self.name, *probe) or True)

    def freeze(self) -> None:
        """Stop all its processes where they are: they keep their connections, and say nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        pid = self.pid
        for process in (pid, *descendants(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)


def containers(stack: PulumiStack, service: str | None = None) -> list[Container]:
    """Those of a stack, or of one service of it, that run."""
    return [Container(name) for name in stack.containers(service)]


def wait_until_healthy(stack: PulumiStack, seconds: float = 120) -> None:
    """Wait until the engine calls everything of a stack healthy."""

    def sick() -> list[str]:
        return [f"{c}: {c.health}" for c in containers(stack) if c.health != "healthy"]

    wait_for("everything to be healthy", lambda: _none(sick()), seconds)


def _none(found: list[str]) -> bool:
    assert not found, found
    return True
