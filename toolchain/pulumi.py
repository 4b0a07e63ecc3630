"""Which Pulumi to use: the user's own if it is whole, else the project's own in the cache."""

import re
import selectors
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain import pins
from toolchain.cache import Cache
from toolchain.failure import Failure
from toolchain.pins import Pins

START = 10.0
"""Seconds a plugin may take until it serves; the largest takes half a second."""


@dataclass(frozen=True)
class Pulumi:
    """One Pulumi: the folder of its commands, its home with the plugins, and whose it is."""

    bin: Path
    home: Path
    own: bool

    def plugin(self, name: str, release: str) -> Path:
        """The executable of a provider plugin."""
        folder = self.home / "plugins" / f"resource-{name}-v{release}"
        return folder / f"pulumi-resource-{name}"


def own(cache: Cache, wanted: Pins) -> Pulumi:
    """The project's own, in the cache, whether it is there yet or not."""
    folder = cache.tool("pulumi", pins.key(wanted))
    return Pulumi(folder / "bin", folder / "home", own=True)


def on_path(env: Mapping[str, str], wanted: Pins) -> tuple[Pulumi | None, str]:
    """The user's own and what it lacks; nothing lacking is an empty text."""
    command = shutil.which("pulumi", path=env.get("PATH"))
    if command is None:
        return None, "no pulumi on PATH"
    home = Path(env.get("PULUMI_HOME") or Path(env.get("HOME") or Path.home()) / ".pulumi")
    found = Pulumi(Path(command).parent, home, own=False)
    said = subprocess.run(
        [command, "version"],
        capture_output=True,
        text=True,
        check=False,
        env={**env, "PULUMI_SKIP_UPDATE_CHECK": "1"},
    )
    if said.returncode != 0 or not re.search(r"\d+\.\d+", said.stdout):
        return found, f"{command} does not run: {said.stderr.strip() or said.stdout.strip()}"
    if not wanted.fits(pins.version(said.stdout)):
        needed = f"{wanted.pulumi} or a newer {wanted.pulumi.split('.')[0]}.x"
        return found, f"{command} is {said.stdout.strip()}, {needed} is needed"
    hosts = [found.bin, Path(command).resolve().parent]
    host = "pulumi-language-python"
    if not any((folder / host).exists() for folder in hosts) and not shutil.which(
        host, path=env.get("PATH")
    ):
        return found, f"{command} has no {host} beside it"
    missing = lacking(found, wanted)
    return found, f"{command} lacks {', '.join(missing)}" if missing else ""


def lacking(candidate: Pulumi, wanted: Pins) -> list[str]:
    """The plugins that a Pulumi does not have."""
    return [
        f"plugin {name} {release}"
        for name, release in wanted.plugins.items()
        if not candidate.plugin(name, release).exists()
    ]


def choose(env: Mapping[str, str], cache: Cache, wanted: Pins) -> Pulumi:
    """The Pulumi to run with now. Raises Failure when none is prepared."""
    found, fault = on_path(env, wanted)
    if found is not None and not fault:
        return found
    candidate = own(cache, wanted)
    if candidate.bin.exists():
        return candidate
    raise Failure("pulumi", f"not prepared ({fault})", "run toolchain/install --for up")


def verify(candidate: Pulumi, wanted: Pins) -> None:
    """Start each plugin once. Raises Failure with what the one that does not serve said."""
    for name, release in wanted.plugins.items():
        plugin = candidate.plugin(name, release)
        answer = first_line(plugin)
        if not answer.isdecimal():
            whose = plugin.parent if not candidate.own else candidate.home.parent
            raise Failure(
                "pulumi",
                f"plugin {name} {release} does not start: {answer or 'no answer'}",
                f"remove {whose} and run this again",
            )


def first_line(plugin: Path) -> str:
    """What a plugin says first: the port it serves, if it is well."""
    try:
        process = subprocess.Popen(
            [plugin],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        return str(error.strerror)
    with process, selectors.DefaultSelector() as selector:
        assert process.stdout is not None
        selector.register(process.stdout, selectors.EVENT_READ)
        line = process.stdout.readline() if selector.select(START) else b""
        process.kill()
    return line.decode(errors="replace").strip()
