"""A build shows that it goes on, also where its lines go into a log."""

import io
import threading

import pytest
from rich.console import Console

from images.plan import Step
from images.screen import Screen
from toolchain import progress

STEP = Step("api", "api:1", "build")


def test_without_a_terminal_a_long_build_tells_its_time_and_its_latest_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = Shown()
    monkeypatch.setattr(progress, "HEARTBEAT", 0.0)
    monkeypatch.setattr(progress, "LOOK", 0.01)
    with Screen(Console(file=shown, force_terminal=False)).working(STEP) as show:
        show("Step 3/9 : RUN pip install")
        assert shown.beat.wait(timeout=10), shown.getvalue()
    first, *beats = shown.getvalue().splitlines()
    assert first == "api              building …"
    assert beats[-1] == "api              building … 0 s, Step 3/9 : RUN pip install"


def test_without_a_terminal_a_short_build_shows_its_start_alone() -> None:
    shown = Shown()
    with Screen(Console(file=shown, force_terminal=False)).working(STEP) as show:
        show("Step 1/9 : FROM scratch")
    assert shown.getvalue() == "api              building …\n"


class Shown(io.StringIO):
    """What was shown; it knows when a line told of the build's own output."""

    def __init__(self) -> None:
        super().__init__()
        self.beat = threading.Event()

    def write(self, text: str) -> int:
        written = super().write(text)
        if "Step 3/9" in text:
            self.beat.set()
        return written
