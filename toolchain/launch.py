"""`toolchain/run`: becomes a command, with the project's tools on its PATH."""

import os
import shutil
import sys
from collections.abc import Sequence

from toolchain.environment import full, plain
from toolchain.failure import Failure


def main(arguments: Sequence[str]) -> int:
    """Become the command; returns only when it cannot be run."""
    bare = list(arguments[:1]) == ["--plain"]
    command = list(arguments[1:] if bare else arguments)
    if not command:
        print("usage: toolchain/run [--plain] COMMAND…", file=sys.stderr)
        return 2
    try:
        env = plain(os.environ) if bare else full(os.environ)
    except Failure as failure:
        print(f"toolchain: error: {failure}", file=sys.stderr)
        return 1
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        print(
            f"toolchain: error: {command[0]}: not found\n"
            "  fix: run toolchain/install --for up (or --for check for the development tools)",
            file=sys.stderr,
        )
        return 127
    os.execve(program, command, env)
