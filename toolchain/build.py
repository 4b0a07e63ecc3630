"""Pulumi built from source, for a machine that reaches Go modules and not its publisher."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
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
    binaries, built = target / "bin", target / "built"
    for folder in (binaries, built):
        folder.mkdir(parents=True)
    mains = [f"./{name}" for name in ("host", *wanted.plugins)]
    release = f"-X {VERSION}=v{wanted.pulumi}"
    cli = Module("the CLI", SOURCES / "cli", [CLI], release)
    plugins = Module("the language host and the plugins", SOURCES, mains)
    compile_module(cli, 1, go, env, binaries, cache)
    compile_module(plugins, 3, go, env, built, cache)
    (built / "host").rename(binaries / "pulumi-language-python")
    # The script that starts a program is no Go: it lies in the SDK's module as it is.
    executor = sdk(go, env) / "python" / "cmd" / "pulumi-language-python-exec"
    shutil.copy(executor, binaries)
    (binaries / executor.name).chmod(0o755)
    pulumi = Pulumi(binaries, target / "home", own=True)
    for name, release in wanted.plugins.items():
        plugin = pulumi.plugin(name, release)
        plugin.parent.mkdir(parents=True)
        (built / name).rename(plugin)
    built.rmdir()
    shutil.rmtree(scratch, ignore_errors=True)


def sdk(go: Path, env: dict[str, str]) -> Path:
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


@dataclass(frozen=True)
class Module:
    """One Go module of the toolchain's sources, and the programs to build from it."""

    what: str
    folder: Path
    mains: list[str]
    flags: str = ""


def compile_module(
    module: Module, number: int, go: Path, env: dict[str, str], target: Path, cache: Cache
) -> None:
    """Build a module's programs into a folder, in two steps that show how far they are."""
    listing = cache.log(f"modules-{module.folder.name}")
    command(
        "pulumi",
        f"fetching the modules of {module.what} ({number}/4)",
        [str(go), "list", "-deps", *module.mains],
        listing,
        FIX,
        env=env,
        cwd=module.folder,
        extent=lambda log: f"{fetched(log)} modules",
    )
    most = compiled(listing)
    command(
        "pulumi",
        f"building {module.what} ({number + 1}/4)",
        [str(go), "build", "-v", "-trimpath", "-buildvcs=false"]
        + ["-ldflags", f"-s -w {module.flags}", "-o", f"{target}/", *module.mains],
        cache.log(f"build-{module.folder.name}"),
        FIX,
        env=env,
        cwd=module.folder,
        extent=lambda log: f"{compiled(log)} packages of at most {most}",
    )


def fetched(log: Path) -> int:
    """How many modules Go has fetched: it names each on a line of its own."""
    return len(re.findall(r"(?m)^go: downloading ", log.read_text(errors="replace")))


def compiled(log: Path) -> int:
    """How many packages Go has named on lines of their own: those listed, or those compiled."""
    return len(re.findall(r"(?m)^[\w.~/-]+$", log.read_text(errors="replace")))
