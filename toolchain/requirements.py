"""The clone's own Python packages, in .venv."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

from toolchain import debian
from toolchain.cache import Cache
from toolchain.pins import REPOSITORY
from toolchain.progress import command, say

VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "requirements.json"
"""What was installed here: the digest of each requirements file, by its name."""


def digest(path: Path) -> str:
    """Names the content of a requirements file and of those that it includes."""
    text = path.read_text()
    included = re.findall(r"(?m)^-[rc]\s*(\S+)", text)
    whole = text + "".join(digest(path.parent / name) for name in included)
    return hashlib.sha256(whole.encode()).hexdigest()


def installed() -> dict[str, str]:
    """The stamp, or nothing when it is not there or the environment no longer runs."""
    if not STAMP.exists() or not runs():
        return {}
    found = json.loads(STAMP.read_text())
    return {str(name): str(value) for name, value in found.items()}


def runs() -> bool:
    """Whether the environment's interpreter and pip start: an upgraded Python breaks them."""
    if not PYTHON.exists():
        return False
    try:
        probe = [str(PYTHON), "-c", "import pip"]
        return subprocess.run(probe, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def create(cache: Cache) -> Path:
    """The environment's interpreter, made anew if it does not run."""
    if runs():
        return PYTHON
    if not has_ensurepip():
        debian.install("python", ("python3-venv",), cache)
    command(
        "python",
        "making .venv",
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        cache.log("venv"),
        "install Python 3.11 or newer with its venv module",
        cwd=REPOSITORY,
    )
    return PYTHON


def has_ensurepip() -> bool:
    """Debian splits it off, and without it a virtual environment has no pip."""
    probe = [sys.executable, "-c", "import ensurepip"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def prepare(cache: Cache, names: tuple[str, ...]) -> None:
    """Have what the named requirements files list, installing only after a change."""
    wanted = {name: digest(REPOSITORY / name) for name in names}
    have = installed()
    if wanted.items() <= have.items():
        say("python", f"already there: {', '.join(names)} in {VENV}")
        return
    python = create(cache)
    STAMP.unlink(missing_ok=True)
    command(
        "python",
        f"installing {', '.join(names)}",
        [str(python), "-m", "pip", "install", *(f"--requirement={name}" for name in names)],
        cache.log("pip"),
        "see that pip can reach its index and that each pin still exists there",
        cwd=REPOSITORY,
        extent=collected,
    )
    STAMP.write_text(json.dumps(wanted))


def collected(log: Path) -> str:
    """How many packages pip has met."""
    text = log.read_text(errors="replace")
    return f"{len(re.findall('^Collecting ', text, re.MULTILINE))} packages"
