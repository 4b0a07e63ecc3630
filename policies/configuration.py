"""The values rules are run with: `config.yaml`, checked against each rule's own schema.

The pack and the program's guard read the same file. `--policy-pack-config` may add to it; a level
given there counts only where it is stricter than the rule's own, so no flag loosens a law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from policies.rule import Config, Level, Rule

FILE = Path(__file__).with_name("config.yaml")


class Misconfigured(Exception):
    """A file under policies/ can't be used; the text names the file, the place and the fix."""


@dataclass(frozen=True)
class Configuration:
    """A validated configuration for each rule that has any, and the levels that were tightened."""

    values: Mapping[str, Config] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)

    def of(self, rule: Rule) -> Config:
        return self.values.get(rule.id) or rule.config()

    def level(self, rule: Rule, environment: str) -> Level:
        return max(rule.levels.of(environment), self.levels.get(rule.id, Level.disabled))


def read(rules: Iterable[Rule], file: Path = FILE) -> Configuration:
    """The configuration in `file` (none when it doesn't exist). Raises `Misconfigured`."""
    if not file.exists():
        return Configuration()
    return configure(rules, mapping(file), str(file))


def mapping(file: Path) -> dict[str, Any]:
    """The top level of a YAML file. Raises `Misconfigured`."""
    try:
        content = yaml.safe_load(file.read_text()) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(f"{file}: not readable as YAML: {error}") from None
    if not isinstance(content, dict):
        raise Misconfigured(f"{file}: must be a mapping, it is a {type(content).__name__}")
    return content


def configure(rules: Iterable[Rule], given: Mapping[str, Any], source: str) -> Configuration:
    """`given` (values by rule id) checked against the schemas of `rules`.

    Raises `Misconfigured` with every fault; `source` is the name it gives them.
    """
    known = {rule.id: rule for rule in rules}
    faults: list[str] = []
    values: dict[str, Config] = {}
    for id, content in given.items():
        if id not in known:
            faults.append(f"{id}: no such rule; the rules are listed in docs/rules.md")
        elif not isinstance(content, Mapping):
            faults.append(f"{id}: must be a mapping of the rule's own keys")
        else:
            try:
                values[id] = known[id].config.model_validate(content)
            except ValidationError as error:
                faults += [f"{id}.{told(fault)}" for fault in error.errors()]
    if faults:
        raise Misconfigured(f"{source}: " + "\n".join(faults))
    return Configuration(values)


def told(fault: Any) -> str:
    """One pydantic fault as `place: cause`, without the value."""
    place = ".".join(str(part) for part in fault["loc"])
    return f"{place}: {fault['msg']}"
