"""The secrets of a stack in clear, to look for where they must not be."""

import base64
import json
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.secrets import CERTIFICATE
from tests.live.pulumi_stack import PulumiStack

# How the state marks a secret (Pulumi's documentation, "deployment schema").
SIGNATURE = "4dabf18193072939515e22adb298388d"


@dataclass(frozen=True)
class Canaries:
    """Secrets by name; each as texts, any of which gives it away."""

    texts: dict[str, tuple[str, ...]]

    def among(self, text: str) -> set[str]:
        """Names of the secrets that a text holds."""
        return {name for name, texts in self.texts.items() if any(t in text for t in texts)}

    def in_files(self, paths: Iterable[Path]) -> dict[Path, set[str]]:
        """Files below these paths that hold a secret, and which; what is no file is left out."""
        there = [str(path) for path in paths if path.exists()]
        if not there:
            return {}
        with self._patterns() as patterns:
            done = subprocess.run(
                ["grep", "-rlaFZ", "--devices=skip", f"--file={patterns}", "--", *there],
                capture_output=True, text=True,
            )  # fmt: skip
        assert done.returncode in (0, 1) or "No such file" in done.stderr, done.stderr
        found = [Path(name) for name in done.stdout.split("\0") if name]
        return {path: self.among(path.read_text(errors="replace")) for path in found}

    def in_output(self, command: Sequence[str]) -> set[str]:
        """Names of the secrets in what a command writes, which may be gigabytes."""
        with self._patterns() as patterns, subprocess.Popen(command, stdout=subprocess.PIPE) as run:
            done = subprocess.run(
                ["grep", "-aoF", f"--file={patterns}"],
                stdin=run.stdout, capture_output=True, text=True,
            )  # fmt: skip
        assert run.returncode == 0, f"{' '.join(command)} failed"
        assert done.returncode in (0, 1), done.stderr
        return self.among(done.stdout)

    @contextmanager
    def _patterns(self) -> Iterator[str]:
        """A file that only root reads: on a command line they would be found by other tests."""
        with tempfile.NamedTemporaryFile("w") as file:
            file.writelines(f"{text}\n" for texts in self.texts.values() for text in texts)
            file.flush()
            yield file.name


def of(stack: PulumiStack) -> Canaries:
    """Every secret that the stack generated or was given."""
    found: dict[str, str] = {}
    for resource in resources_in_clear(stack):
        name, made = resource["urn"].rpartition("::")[2], resource.get("outputs", {})
        if resource["type"] == "random:index/randomPassword:RandomPassword":
            found[name] = made["result"]
        elif resource["type"] == "random:index/randomBytes:RandomBytes":
            found[f"{name} (generated)"] = made["base64"].translate(str.maketrans("+/", "-_"))
    found |= {name: text for name, text in stack.secrets.items() if name != CERTIFICATE}
    assert len(found) > 12, f"only {sorted(found)} are secret in {stack.name}?"
    return Canaries({name: tuple(_forms(text)) for name, text in found.items()})


def resources_in_clear(stack: PulumiStack) -> list[dict[str, Any]]:
    """The stack's state, secrets in clear."""
    exported = stack.pulumi("stack", "export", "--show-secrets").succeeded()
    found: list[dict[str, Any]] = _clear(json.loads(exported)["deployment"]["resources"])
    return found


def _clear(value: Any) -> Any:
    if isinstance(value, dict):
        if SIGNATURE in value:
            return _clear(json.loads(value["plaintext"])) if "plaintext" in value else None
        return {key: _clear(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clear(item) for item in value]
    return value


def _forms(text: str) -> Iterator[str]:
    """A secret, line by line, as it is and in Base64."""
    lines = [line for line in text.splitlines() if len(line) > 16 and "-----" not in line]
    assert lines, "a secret is too short to be found again"
    for line in lines:
        yield line
        whole = line.encode()[: len(line) // 3 * 3]  # what follows may change the last characters
        yield base64.b64encode(whole).decode()
