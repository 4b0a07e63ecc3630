"""A make-believe machine: commands on a PATH of its own, and what they were asked."""

from dataclasses import dataclass
from pathlib import Path

SHELL = "/bin/sh"


@dataclass(frozen=True)
class Machine:
    """A folder with a PATH, a home and a cache, and nothing of the real machine's on that PATH."""

    root: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of a program on this machine."""
        return {"PATH": str(self.root / "bin"), "HOME": str(self.root / "home")}

    def command(self, name: str, script: str) -> Path:
        """Put a command on PATH."""
        return executable(self.root / "bin" / name, script)

    def pulumi(self, version: str, *plugins: str) -> None:
        """Put a Pulumi of a version on PATH, with its language host and plugins `name-version`."""
        self.command("pulumi", f"echo v{version}")
        self.command("pulumi-language-python", "exit 0")
        for plugin in plugins:
            name = plugin.split("-", 1)[0]
            home = self.root / "home" / ".pulumi" / "plugins" / f"resource-{plugin}"
            executable(home / f"pulumi-resource-{name}", "echo 4321; read -r _ || true")


def executable(path: Path, script: str) -> Path:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{SHELL}\n{script}\n")
    path.chmod(0o755)
    return path
