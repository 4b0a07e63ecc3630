"""dockerd, on a machine where no service manager looks after it."""

import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from toolchain.cache import Cache
from toolchain.failure import Failure, tail
from toolchain.progress import Meter, say

PID_FILES = {
    Path("/var/run/docker.pid"): "dockerd",
    Path("/run/docker/containerd/containerd.pid"): "containerd",
}
DEADLINE = 60.0
"""Seconds for an engine to come up; on an idle machine it takes two."""

Info = Callable[[], tuple[str, str]]
"""Asks the engine for its version; with none, says why."""


def start(cache: Cache, info: Info, pid_files: Mapping[Path, str] = PID_FILES) -> None:
    """Start dockerd detached from this terminal, and wait until it answers."""
    log = cache.log("dockerd")
    if forget_the_dead(pid_files):
        await_answer(log, info)
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as sink:
        daemon = subprocess.Popen(
            ["dockerd"],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            start_new_session=True,
        )
    await_answer(log, info, daemon)


def forget_the_dead(pid_files: Mapping[Path, str]) -> bool:
    """Remove the pid files of daemons that are gone; says whether a dockerd is alive.

    dockerd refuses to start when its file names any living process, even a stranger that got
    the number after a crash.
    """
    alive = False
    for file, name in pid_files.items():
        if not file.exists():
            continue
        try:
            comm = Path("/proc", file.read_text().strip() or "-", "comm").read_text().strip()
        except OSError:
            comm = ""
        if comm == name:
            alive = alive or name == "dockerd"
        else:
            say("docker", f"removing {file}: the {name} that wrote it is gone")
            file.unlink()
    return alive


def await_answer(
    log: Path,
    info: Info,
    daemon: subprocess.Popen[bytes] | None = None,
    deadline: float = DEADLINE,
) -> None:
    """Wait for the engine, or for the end of its process.

    Raises Failure with the end of its log when it does not come.
    """
    meter = Meter("docker", "starting the engine")
    while True:
        version, fault = info()
        if version:
            meter.end(f"engine {version} answers")
            return
        if daemon is not None and daemon.poll() is not None:
            fault = f"dockerd ended with status {daemon.returncode}"
        elif meter.seconds < deadline:
            meter.beat()
            time.sleep(0.2)
            continue
        else:
            fault = f"no answer in {deadline:.0f} s: {fault}"
        meter.end("failed")
        raise Failure(
            "docker",
            f"{fault}\n{tail(log)}\n  log: {log}",
            "mend what the log names, then run this again",
        )
