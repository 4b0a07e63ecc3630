"""Pulumi built from source, for a machine that reaches Go modules and not its publisher."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from toolchain import golang
from toolchain.cache import Cache
from toolchain.failure import Failure
from toolchain.pins import SOURCES, Pins
from toolchain.progress import command
from toolchain.pulumi import Pulumi

CLI = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
SDK = "github.com/pulumi/pulumi/sdk/v3"
VERSION = f"{SDK}/go/common/version.Version"
FIX = "see that Go can reach its module proxy (go env GOPROXY), and run this again"


def environment(go: Path, scratch: Path) -> dict[str, str]:
    """The environment of a build: without a C compiler, so that one binary runs anywhere.

    A Go of the project's own keeps its caches in `scratch`: they take 5 GB and are of no use
    once the tools are there. The user's Go keeps its own.
    """
    env = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GOFLAGS": ""}
    if golang.on_path() is None:
        env |= {
            "GOROOT": str(go.parent.parent),
            "GOCACHE": str(scratch / "build"),
            "GOMODCACHE": str(scratch / "modules"),
            "GOPATH": str(scratch / "path"),
            # Without it Go writes its modules read-only, and they could not be removed plainly.
            "GOFLAGS": "-modcacherw",
        }
    return env


def build(target: Path, wanted: Pins, cache: Cache) -> None:
    """Lay Pulumi out in `target`, built here. Raises Failure when a build fails."""
    go = golang.prepare(cache)
    scratch = cache.root / "go" / "scratch"
    env = environment(go, scratch)
    binaries = target / "bin"
    binaries.mkdir(parents=True)
    flags = [str(go), "build", "-v", "-trimpath", "-buildvcs=false"]
    command(
        "pulumi",
        f"building the CLI {wanted.pulumi} (1/2)",
        [*flags, "-ldflags", f"-s -w -X {VERSION}=v{wanted.pulumi}", "-o", f"{binaries}/", CLI],
        cache.log("build-cli"),
        FIX,
        env=env,
        cwd=SOURCES / "cli",
        extent=packages,
    )
    built = target / "built"
    built.mkdir()
    mains = ("host", *wanted.plugins)
    command(
        "pulumi",
        "building the language host and the plugins (2/2)",
        [*flags, "-ldflags", "-s -w", "-o", f"{built}/", *(f"./{name}" for name in mains)],
        cache.log("build-plugins"),
        FIX,
        env=env,
        cwd=SOURCES,
        extent=packages,
    )
    (built / "host").rename(binaries / "pulumi-language-python")
    # The script that starts a program is no Go: it lies in the SDK's module as it is.
    executor = module(go, env) / "python" / "cmd" / "pulumi-language-python-exec"
    shutil.copy(executor, binaries)
    (binaries / executor.name).chmod(0o755)
    pulumi = Pulumi(binaries, target / "home", own=True)
    for name, release in wanted.plugins.items():
        plugin = pulumi.plugin(name, release)
        plugin.parent.mkdir(parents=True)
        (built / name).rename(plugin)
    built.rmdir()
    shutil.rmtree(scratch, ignore_errors=True)


def module(go: Path, env: dict[str, str]) -> Path:
    """Where Go keeps the SDK's module."""
    said = subprocess.run(
        [str(go), "list", "-m", "-f", "{{.Dir}}", SDK],
        cwd=SOURCES,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode != 0:
        raise Failure("pulumi", f"Go does not find {SDK}: {said.stderr.strip()}", FIX)
    return Path(said.stdout.strip())


def packages(log: Path) -> str:
    """How far a verbose Go build is: it names each module it fetches and package it compiles."""
    lines = log.read_text(errors="replace").splitlines()
    fetched = sum(line.startswith("go: ") for line in lines)
    compiled = sum(bool(re.match(r"[\w.-]+(/|$)", line)) for line in lines)
    return f"{fetched} modules fetched, {compiled} packages compiled"
