"""The programs the project compiles itself: those of images/tools/go.mod, as pinned there."""

import os
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from images import cache, engine
from toolchain import golang
from toolchain.cache import locate


def make(reference: str, context: Path, log: Path, show: Callable[[str], None]) -> None:
    """Compiles the programs, static, for the engine's processor; imports them as `reference`."""
    go = compiler()
    work = cache.own().root
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


def compiler() -> Path:
    """Go from the path or the cache; fetched into it if there is neither."""
    cached = golang.cached(locate(os.environ))
    return golang.on_path() or (cached if cached.exists() else golang.prepare(locate(os.environ)))


def _owned_by_root(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755
    return member
