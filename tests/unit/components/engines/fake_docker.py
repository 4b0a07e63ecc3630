"""A `docker` for PATH that answers from files, so that scripts run as they are."""

import os
import subprocess
from pathlib import Path

# What is asked is found in a folder: state, health, restarts, log; what is run is written down.
# Between two looks `events` may bring news: the folder `next` takes the place of what was.
PROGRAM = r"""#!/bin/sh
cd "$FAKE_DOCKER"
echo "$*" >> calls
case "$1" in
  inspect)
    for name; do :; done
    [ -d "$name" ] || { echo "Error: No such object: $name" >&2; exit 1; }
    case "$3" in
      *RestartCount*) cat "$name/restarts" ;;
      *.Mounts*) echo "the volume of $name" ;;
      *.Image*) echo "the image of $name" ;;
      *Health.Status*) cat "$name/health" ;;
      *Health.Log*) cat "$name/probes" ;;
      *) cat "$name/state" ;;
    esac ;;
  exec) echo $$ > "$2/asked-by"; [ -e "$2/says" ] && cat "$2/says" && exit
    [ -e "$2/answers" ] || { while [ -e "$2/hangs" ]; do sleep 0.05; done; exit 1; } ;;
  events) [ ! -d next ] || { cp -r next/. .; rm -r next; } ;;
  logs) echo "the log of $4" ;;
  ps) cat running 2>/dev/null ;;
  network | volume | image) cat "$1s" 2>/dev/null ;;
esac
"""


class FakeDocker:
    """Containers as files, and what was asked of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "containers"
        self.folder.mkdir()
        self.path = folder / "bin"
        self.path.mkdir()
        program = self.path / "docker"
        program.write_text(PROGRAM)
        program.chmod(0o755)

    def container(
        self, name: str, state: str = "running", health: str = "starting", restarts: int = 0
    ) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True)
        for file, text in {"state": state, "health": health, "restarts": str(restarts)}.items():
            (folder / file).write_text(text + "\n")
        (folder / "probes").write_text("connection refused\n")
        return folder

    def sh(self, command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Run a command line as Pulumi's command provider does."""
        path = f"{self.path}:{os.environ['PATH']}"
        return subprocess.run(
            ["/bin/sh", "-c", command],
            env={**os.environ, **environment, "PATH": path, "FAKE_DOCKER": str(self.folder)},
            text=True, capture_output=True, timeout=20,
        )  # fmt: skip

    @property
    def calls(self) -> list[str]:
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []
