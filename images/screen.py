"""What a build shows: a line for each image that is done, below them what is worked on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from images import engine
from images.build import Show, Watcher
from images.plan import Step

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
        if not self.console.is_terminal:
            self.console.print(
                f"{step.name:<16} {DOING[step.act]} …", markup=False, highlight=False
            )
        task = self.progress.add_task(DOING[step.act], image=step.name, total=None)
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

    def done(self, step: Step, reference: str, seconds: float) -> None:
        if step.act == "none":
            text = f"{step.name:<16} already built: {reference}"
        else:
            size = engine.megabytes(reference)
            text = f"{step.name:<16} {reference}, {size:.0f} MB, in {seconds:.0f} s"
        self.console.print(text, markup=False, highlight=False, soft_wrap=True)
