"""A process of the application or of what it needs, run from the sources for one test session."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

Found = TypeVar("Found")

LONGEST = 60.0  # seconds; every wait of these tests ends by then


def wait_for(what: str, look: Callable[[], Found], seconds: float = LONGEST) -> Found:
    """Look until something true is found, and return it; fail with the last thing seen."""
    deadline = time.monotonic() + seconds
    seen: object = None
    while time.monotonic() < deadline:
        try:
            found = look()
        except Exception as fault:
            seen = repr(fault)
        else:
            if found:
                return found
            seen = found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds:.0f} s for {what}; last seen: {seen}")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and theirs."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [one for child in map(int, children) for one in (child, *descendants(child))]


class Process:
    """A command that can be started, stopped, killed, frozen and read."""

    def __init__(
        self,
        name: str,
        command: list[str],
        log: Path,
        environ: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self._log = log
        self._environ = dict(environ) if environ is not None else None
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """All that it has written so far."""
        return self._log.read_text() if self._log.exists() else ""

    @property
    def code(self) -> int | None:
        """Its exit code, None while it runs."""
        return None if self._process is None else self._process.poll()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._environ,
                user=self._user,
                group=self._user,
                extra_groups=[] if self._user is not None else None,
            )

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started, whatever group that is in."""
        assert self._process is not None, f"{self.name} was never started"
        for pid in (self._process.pid, *descendants(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def tell(self, number: signal.Signals) -> None:
        """Send a signal to the process alone, as a container engine does."""
        assert self._process is not None, f"{self.name} was never started"
        self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM, seconds: float = LONGEST) -> int:
        """Send a signal to the process alone and wait for its exit code."""
        assert self._process is not None, f"{self.name} was never started"
        if self._process.poll() is None:
            self._process.send_signal(number)
        return self._process.wait(seconds)

    def clean_up(self) -> None:
        """Leave nothing of it behind, whatever state it is in."""
        if self._process is None:
            return
        self.send(signal.SIGCONT)
        self.send(signal.SIGKILL)
        self._process.wait(LONGEST)
