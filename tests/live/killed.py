"""A `pulumi up` that is killed at a random moment, with everything it started."""

import contextlib
import os
import random
import signal
import subprocess

from tests.live.app.processes import descendants
from tests.live.pulumi_stack import PulumiStack

# Lines that an `up` writes while it changes something; after the last of them it is not killed.
WORK = (" creating", " created", " replac", " delet", " updat")


def kill_an_up(stack: PulumiStack, chance: random.Random, most: int) -> tuple[bool, str]:
    """Start an `up` and kill it after a random number of steps; if it was, and what it said last.

    Steps are counted and not seconds, so that a slow machine is hit at the same places.
    """
    steps, wait = chance.randint(1, most), chance.uniform(0, 1)
    last, seen = "", 0
    with subprocess.Popen(
        stack.command("up", "--yes", "--skip-preview"), env=stack.environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            last = line.strip() or last
            seen += any(work in line for work in WORK)
            if seen >= steps:
                break
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(wait)
        ended = process.poll()
        kill(process.pid)
        process.stdout.close()
    if ended is not None:
        return False, f"ended by itself after {seen} steps, before {steps}: {last}"
    return True, f"killed after {steps} steps and {wait:.2f} s: {last}"


def kill(pid: int) -> None:
    """SIGKILL to a process and all that it started, whatever groups they are in."""
    for process in (pid, *descendants(pid)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
