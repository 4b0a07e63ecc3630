"""A Debian root file system from the package archive alone: the base of every stand-in."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from images import cache, engine
from toolchain import debian

SUITE = "forky"
# The suite is newer than the debootstrap of the machines we meet; its steps are those of sid.
SCRIPT = "/usr/share/debootstrap/scripts/sid"
# Namespaces of its own: its mounts and its children end with it, so that removing the directory
# after an interruption never reaches /proc or /dev.
APART = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
UNFINISHED = "rootfs-"
LEFT_OUT = (
    "./dev/*",
    "./proc/*",
    "./sys/*",
    "./tmp/*",
    "./usr/share/doc/*/*.gz",
    "./usr/share/info/*",
    "./usr/share/locale/*",
    "./usr/share/man/*",
    "./var/cache/apt/*",
    "./var/cache/debconf/*",
    "./var/lib/apt/lists/*",
    "./var/log/*.log",
    "./var/log/apt/*",
)


def inputs() -> bytes:
    """What decides the content, beside the files of its directory. The certificates this machine
    trusts are part of it: a build behind a proxy of its own needs them too."""
    return "\n".join((SUITE, *LEFT_OUT)).encode() + certificates()


def certificates() -> bytes:
    return CERTIFICATES.read_bytes() if CERTIFICATES.is_file() else b""


def make(reference: str, context: Path, log: Path, show: Callable[[str], None]) -> None:
    """Imports the root file system as `reference`; made once, then kept as a tarball in the cache.

    EngineError if the machine can't make one.
    """
    tarball = cache.own().root / f"{reference.rpartition(':')[2]}.tar"
    if not tarball.is_file():
        bootstrap(tarball, context, log, show)
    command = ["docker", "import", "--change", 'CMD ["bash"]', str(tarball), reference]
    engine.run(command, log.with_suffix(".import.log"), show)


def bootstrap(tarball: Path, context: Path, log: Path, show: Callable[[str], None]) -> None:
    """Writes the tarball; a run that is cut short leaves none behind."""
    if os.geteuid() != 0:
        raise engine.EngineError(
            "no registry answers, and only root can make a base image instead: "
            "run as root, or give the machine access to a registry"
        )
    debootstrap = debian.TOOLS["debootstrap"]
    if debootstrap.find() is None:
        debian.prepare(debootstrap, cache.own())
    tarball.parent.mkdir(parents=True, exist_ok=True)
    for left in tarball.parent.glob(f"{UNFINISHED}*"):  # by a run that was killed
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=tarball.parent, prefix=UNFINISHED) as name:
        root = Path(name) / "root"
        engine.run(
            [*APART, "debootstrap", "--variant=minbase", SUITE, str(root), "", SCRIPT], log, show
        )
        shutil.copy(context / "apt.conf", root / "etc/apt/apt.conf.d/50-image")
        shutil.copy(context / "dpkg.cfg", root / "etc/dpkg/dpkg.cfg.d/50-image")
        shutil.copy(context / "collect", root / "usr/local/bin/collect")
        _trust(root)
        partial = Path(name) / "root.tar"
        left_out = [f"--exclude={pattern}" for pattern in LEFT_OUT]
        engine.run(
            ["tar", "--numeric-owner", *left_out, "-C", str(root), "-cf", str(partial), "."],
            log.with_suffix(".tar.log"),
            show,
        )
        partial.rename(tarball)


def _trust(root: Path) -> None:
    if not certificates():
        return
    own = root / "usr/local/share/ca-certificates/machine.crt"
    own.parent.mkdir(parents=True, exist_ok=True)
    own.write_bytes(certificates())
    bundle = root / str(CERTIFICATES).lstrip("/")
    bundle.parent.mkdir(parents=True, exist_ok=True)
    bundle.symlink_to("/usr/local/share/ca-certificates/machine.crt")
