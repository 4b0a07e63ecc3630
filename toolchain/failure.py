"""What went wrong, in the three parts a reader needs."""

from pathlib import Path


class Failure(Exception):
    """A step that cannot go on: the thing, the cause, and what to do about it."""

    def __init__(self, thing: str, cause: str, fix: str) -> None:
        super().__init__(f"{thing}: {cause}\n  fix: {fix}")
        self.thing = thing
        self.cause = cause
        self.fix = fix


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log, indented for an error; says so when there is nothing to show."""
    text = log.read_text(errors="replace").strip() if log.exists() else ""
    shown = text.splitlines()[-lines:] or ["(it printed nothing)"]
    return "\n".join(f"    {line}" for line in shown)
