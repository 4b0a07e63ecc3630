"""Steps that say what they do while they do it."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolchain.failure import Failure, tail

HEARTBEAT = 15.0
"""Seconds between two lines of a step that goes on, where lines cannot be overwritten."""

LOOK = 1.0
"""Seconds between two looks at a step that runs."""

Extent = Callable[[Path], str]
"""Reads a step's log and says how far it has come."""

Say = Callable[[str, str], None]
"""Shows one line that stays: of which step, and what there is to say."""


def say(step: str, text: str) -> None:
    """One line that stays."""
    print(f"toolchain: {step}: {text}", file=sys.stderr, flush=True)


def nothing(_log: Path) -> str:
    """The extent of a step that cannot tell how far it is."""
    return ""


class Meter:
    """The line of one step under way: overwritten on a terminal, repeated in a log.

    Whoever shows lines in a way of their own gives `log`; none of those is overwritten.
    """

    def __init__(self, step: str, text: str, log: Say | None = None) -> None:
        self.step = step
        self.text = text
        self.started = time.monotonic()
        self.live = log is None and sys.stderr.isatty()
        self.say = log or say
        self.next = self.started + (1.0 if self.live else HEARTBEAT)
        if not self.live:
            self.say(step, f"{text} …")

    @property
    def seconds(self) -> int:
        """How long the step has been going."""
        return round(time.monotonic() - self.started)

    def beat(self, extent: str = "") -> None:
        """Show where the step is, if it is time to."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + (1.0 if self.live else HEARTBEAT)
        line = f"{self.text} … {self.seconds} s" + (f", {extent}" if extent else "")
        if self.live:
            print(f"\r\033[Ktoolchain: {self.step}: {line}", end="", file=sys.stderr, flush=True)
        else:
            self.say(self.step, line)

    @contextmanager
    def beating(self, extent: Callable[[], str]) -> Iterator[None]:
        """Beat by itself, while what is within has no time for it."""
        ended = threading.Event()

        def beat() -> None:
            while not ended.wait(LOOK):
                self.beat(extent())

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def end(self, outcome: str) -> None:
        """Leave one line with the outcome and the time it took."""
        if self.live:
            print("\r\033[K", end="", file=sys.stderr)
        self.say(self.step, f"{self.text}: {outcome}, {self.seconds} s")


def command(
    step: str,
    text: str,
    argv: Sequence[str],
    log: Path,
    fix: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    extent: Extent = nothing,
) -> None:
    """Run a command to its end with its output in `log`, showing progress.

    Raises Failure with the end of the log and `fix` when the command fails or is not there.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    meter = Meter(step, text)
    with log.open("wb") as sink:
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=cwd,
            )
        except OSError as error:
            raise Failure(step, f"{text}: cannot run {argv[0]}: {error.strerror}", fix) from error
        try:
            while True:
                try:
                    status = process.wait(timeout=LOOK)
                    break
                except subprocess.TimeoutExpired:
                    meter.beat(extent(log))
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if status != 0:
        meter.end(f"failed with status {status}")
        raise Failure(
            step, f"{text}: {argv[0]} ended with {status}\n{tail(log)}\n  log: {log}", fix
        )
    meter.end("done")
