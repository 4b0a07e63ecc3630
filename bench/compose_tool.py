"""Docker Compose, the peer: built once from its Go module into the cache that clones share."""

import os
import shutil
import subprocess
from pathlib import Path

from toolchain import golang
from toolchain.cache import locate
from toolchain.progress import command

VERSION = "v2.40.3"
MODULE = "github.com/docker/compose/v2"
FIX = "see that Go can reach its module proxy (go env GOPROXY), and run this again"


def prepare() -> Path:
    """The `docker-compose` command, built if it isn't there: three minutes on a small machine."""
    cache = locate(os.environ)
    tool = cache.tool("compose", VERSION)
    program = tool / "docker-compose"
    if program.exists():
        return program
    go = str(golang.prepare(cache))
    work = cache.unfinished("compose", VERSION)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    env = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=mod"}
    (work / "go.mod").write_text("module bench/compose\n\ngo 1.25\n")
    log = cache.log("compose")
    for words in (
        ["get", f"{MODULE}/cmd@{VERSION}"],
        ["build", "-trimpath", "-ldflags", f"-s -w -X {MODULE}/internal.Version={VERSION}",
         "-o", "docker-compose", f"{MODULE}/cmd"],
    ):  # fmt: skip
        command("compose", f"go {words[0]} {VERSION}", [go, *words], log, FIX, env=env, cwd=work)
    said = subprocess.run(
        [str(work / "docker-compose"), "version", "--short"], text=True, capture_output=True
    )
    assert said.stdout.strip() == VERSION.removeprefix("v"), said.stdout + said.stderr
    work.rename(tool)
    return program
