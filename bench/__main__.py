"""Measures, writes the results and the README's table: `python -m bench [preview growth …]`."""

import os
import signal
import sys
import tempfile
from pathlib import Path

from bench import backups, growth, policies, preview, readme, release, start, unchanged
from bench.say import say

MEASUREMENTS = {
    "preview": preview.measure,
    "unchanged": unchanged.measure,
    "start": start.measure,
    "release": release.measure,
    "growth": growth.measure,
    "backups": backups.measure,
    "policies": policies.measure,
}


def main(names: list[str]) -> None:
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no measurement is called {sorted(unknown)[0]}: {', '.join(MEASUREMENTS)}")
    # As on most machines: a program is compiled once and not at every run.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A shell's background job ignores it, and so would Pulumi's plugins, which it ends by it: each
    # command would take 5 s more.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in names or MEASUREMENTS:
        say(name)
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            MEASUREMENTS[name](Path(folder))
    readme.write()


main(sys.argv[1:])
