"""What a build shows: a line for each image that is done, below them what is worked on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from images import engine
from images.build import Show, Watcher
from images.plan import Step
from toolchain.progress import Meter

WIDTH = 60
DOING = {
    "pull": "pulling",
    "rootfs": "making a Debian base",
    "tools": "compiling",
    "build": "building",
    "none": "",
}


class Screen(Watcher):
    def __init__(self, console: Console) -> None:
        self.console = console
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[image]:<16} {task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    @contextmanager
    def working(self, step: Step) -> Iterator[Show]:
        with self.busy(step.name, DOING[step.act]) as show:
            yield show

    @contextmanager
    def busy(self, name: str, doing: str) -> Iterator[Show]:
        """Shows what is worked on and its latest line: at once, or now and then in a log."""
        if not self.console.is_terminal:
            latest = ""

            def keep(line: str) -> None:
                nonlocal latest
                latest = line[:WIDTH]

            with Meter(name, doing, self.line).beating(lambda: latest):
                yield keep
            return
        task = self.progress.add_task(doing, image=name, total=None)
        shown = time.monotonic()

        def show(line: str) -> None:
            nonlocal shown
            if time.monotonic() - shown > 0.1:
                shown = time.monotonic()
                self.progress.update(task, description=line[:WIDTH])

        try:
            yield show
        finally:
            self.progress.remove_task(task)

    def line(self, name: str, text: str) -> None:
        """One line that stays."""
        self.console.print(f"{name:<16} {text}", markup=False, highlight=False, soft_wrap=True)

    def done(self, step: Step, reference: str, seconds: float) -> None:
        if step.act == "none":
            self.line(step.name, f"already built: {reference}")
        else:
            size = engine.megabytes(reference)
            self.line(step.name, f"{reference}, {size:.0f} MB, in {seconds:.0f} s")
