"""The versions that the rest follows, read from requirements.txt: their only home."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from toolchain.failure import Failure

PLUGINS = ("docker", "random", "command")

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCES = Path(__file__).resolve().parent / "go"

Version = tuple[int, ...]


def version(text: str) -> Version:
    """`v3.256.0` as (3, 256, 0); what follows a `-` or `+` is left out.

    Raises ValueError when there is no version in the text.
    """
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        raise ValueError(f"no version in {text!r}")
    return tuple(int(part or 0) for part in found.groups())


@dataclass(frozen=True)
class Pins:
    """The Pulumi release the program is written for, and its plugins' releases by name."""

    pulumi: str
    plugins: dict[str, str]

    def fits(self, installed: Version) -> bool:
        """A CLI serves an SDK of its own major version that is not newer than itself."""
        wanted = version(self.pulumi)
        return installed[0] == wanted[0] and installed >= wanted


def read(requirements: Path = REPOSITORY / "requirements.txt") -> Pins:
    """The pins that a requirements file holds. Raises Failure naming one that is missing."""
    text = requirements.read_text() if requirements.exists() else ""
    found: dict[str, str] = dict(re.findall(r"(?m)^([a-z-]+)==([\w.]+)", text))

    def pin(package: str) -> str:
        if package not in found:
            raise Failure(
                "versions",
                f"{requirements} does not pin {package}",
                f"write a line {package}==<version> there",
            )
        return found[package]

    return Pins(pin("pulumi"), {name: pin(f"pulumi-{name}") for name in PLUGINS})


def key(pins: Pins, sources: Path = SOURCES) -> str:
    """Names one state of the toolchain: the pins, and all that it would be built from."""
    digest = hashlib.sha256(repr(pins).encode())
    for path in sorted(path for path in sources.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(sources)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]
