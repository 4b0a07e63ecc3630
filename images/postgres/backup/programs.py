"""Runs other programs; their failure is told in one line of theirs, never with their arguments."""

import os
import subprocess
from collections.abc import Mapping, Sequence

from .settings import Wrong

HOUR = 3600


def run(
    argv: Sequence[str],
    *,
    timeout: float = HOUR,
    environment: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
) -> str:
    """Standard output of a program. Raises `Wrong` with the cause as the program told it."""
    name = argv[0].rpartition("/")[2]
    try:
        done = subprocess.run(
            list(argv),
            capture_output=True,
            text=True,
            errors="replace",  # a server's answer that is not text is quoted as it came
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
    except FileNotFoundError:
        raise Wrong(f"{name}: not in this image") from None
    except subprocess.TimeoutExpired:
        raise Wrong(f"{name}: no answer in {timeout:.0f} s") from None
    if done.returncode not in accept:
        raise Wrong(f"{name}: {cause(done.stderr or done.stdout)} (exit {done.returncode})")
    return done.stdout


def cause(text: str) -> str:
    """The lines that tell why, out of a program's last words."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if "ERROR" in line or "Fatal" in line or "FATAL" in line]
    start = lines.index(errors[0]) if errors else max(len(lines) - 3, 0)
    told = " ".join(lines[start : start + 5]) or "no word why"
    return told if len(told) <= 600 else f"{told[:600]}..."
