"""Writes docs/rules.md from the rules: `python -m policies.document`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from policies.planned import Planned, Stack
from policies.registry import RULES
from policies.rule import Rule

FILE = Path(__file__).resolve().parent.parent / "docs" / "rules.md"

_HEAD = """# Rules

Written from `policies/rules` by `python -m policies.document`; don't edit it by hand.

The pack, the guard inside the program and the report run the same rules. A level holds in its
environment: *mandatory* blocks, *remediate* is mended by the pack, *advisory* is told, *disabled*
is not run. A stack of another name is held to prod's. What a mandatory rule can't decide at preview
blocks staging and prod, and is told in dev. Values under `policies/config.yaml` are checked by the
schema shown with each rule; an exception goes to `policies/exceptions.yaml`.
"""


def page(rules: Sequence[Rule]) -> str:
    """The whole document."""
    table = ["| rule | severity | dev | staging | prod | after |", "|---|---|---|---|---|---|"]
    for rule in rules:
        levels = rule.levels
        cells = [
            f"[{rule.id}](#{rule.id})",
            rule.severity.value,
            *(level.name for level in (levels.dev, levels.staging, levels.prod)),
            ", ".join(rule.frameworks),
        ]
        table.append(f"| {' | '.join(cells)} |")
    sections = [_HEAD, "\n".join([f"{len(rules)} rules.\n", *table])]
    return "\n".join([*sections, *("\n" + "\n".join(_section(rule)) for rule in rules), ""])


def _section(rule: Rule) -> Iterator[str]:
    yield f'## <a id="{rule.id}"></a>{rule.title}'
    yield ""
    yield from textwrap.wrap(" ".join(rule.why.split()), 100)
    yield ""
    yield f"- Mend: {rule.mend}"
    types = ", ".join(type.rpartition(":")[2] for type in rule.applies)
    yield f"- Looks at: {types or 'the whole stack'}"
    if rule.exempt:
        yield f"- Outside it: {' '.join((rule.exempt.__doc__ or '').split())}"
    properties = rule.config.model_json_schema().get("properties", {})
    for name, schema in properties.items():
        yield f"- Value `{name}`: default `{json.dumps(schema.get('default'))}`"
    yield f"- Code: [policies/rules/{rule.id.replace('-', '_')}.py]({_code(rule)})"
    yield ""
    yield from _example("passes", rule.passes[0])
    yield ""
    yield from _example("fails", rule.fails[0])


def _code(rule: Rule) -> str:
    return f"../policies/rules/{rule.id.replace('-', '_')}.py"


def _example(verdict: str, subject: Planned | Stack) -> Iterator[str]:
    resources = subject.resources if isinstance(subject, Stack) else (subject,)
    shown = [_shown(resource) for resource in resources]
    yield f"An example that {verdict}:"
    yield ""
    yield "```json"
    yield from (json.dumps(entry) for entry in shown or [{}])
    yield "```"


def _shown(resource: Planned) -> dict[str, Any]:
    options = {
        name: value
        for name, value in vars(resource.options).items()
        if value not in (None, "", (), False)
    }
    kind = resource.type.rpartition(":")[2]
    return {kind: resource.data, **({"options": options} if options else {})}


if __name__ == "__main__":
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(page(RULES))
