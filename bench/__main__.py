"""Measures, writes the results and the README's table: `python -m bench [preview growth …]`."""

import sys
import tempfile
from pathlib import Path

from bench import backups, growth, preview, readme
from bench.say import say

MEASUREMENTS = {"preview": preview.measure, "growth": growth.measure, "backups": backups.measure}


def main(names: list[str]) -> None:
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        sys.exit(f"no measurement is called {sorted(unknown)[0]}: {', '.join(MEASUREMENTS)}")
    for name in names or MEASUREMENTS:
        say(name)
        with tempfile.TemporaryDirectory(prefix=f"bench-{name}-") as folder:
            MEASUREMENTS[name](Path(folder))
    readme.write()


main(sys.argv[1:])
