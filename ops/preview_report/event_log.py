"""What a preview says in the engine's event log, as plain data. Values of inputs stay out of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTAINER = "docker:index/container:Container"
VOLUME = "docker:index/volume:Volume"
STACK = "pulumi:pulumi:Stack"


class BadEventLog(Exception):
    """A file that is no event log of a preview that ended; the message says what it is instead."""


@dataclass(frozen=True)
class Step:
    """One planned operation on a resource, with what the engine knows before and after it."""

    op: str
    urn: str
    reasons: tuple[str, ...]
    old: Mapping[str, Any]
    new: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def type(self) -> str:
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Inputs after the step; those before it where the resource goes away."""
        state = self.new or self.old
        found: Mapping[str, Any] = state.get("inputs") or {}
        return found

    @property
    def owner(self) -> str:
        """The component it is part of, by name: the service."""
        state = self.new or self.old
        return str(state.get("parent") or "").rpartition("::")[2] or "stack"


@dataclass(frozen=True)
class Violation:
    """One finding of a policy."""

    rule: str
    level: str
    severity: str
    urn: str
    message: str


@dataclass
class Preview:
    """One preview: steps in order, policy findings, what ran, and what went wrong."""

    steps: list[Step] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    passed: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    picture_before: str = ""
    picture_after: str = ""
    same: int = 0


def read(file: Path) -> Preview:
    """The preview that a log tells of. Raises `BadEventLog`."""
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise BadEventLog(f"{file}: cannot be read: {error.strerror}") from None
    preview = Preview()
    ended = False
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            raise BadEventLog(f"{file}: line {number} is not JSON; is it an event log?") from None
        if not isinstance(event, dict) or "sequence" not in event:
            raise BadEventLog(f"{file}: line {number} is no engine event; is it an event log?")
        _take(event, preview)
        ended = ended or "summaryEvent" in event
    if not ended:
        raise BadEventLog(f"{file}: it ends before the preview did; run the preview again")
    return preview


def _take(event: Mapping[str, Any], preview: Preview) -> None:
    if "resourcePreEvent" in event:
        metadata = event["resourcePreEvent"]["metadata"]
        if metadata["type"] == STACK:
            preview.picture_before = _picture(metadata.get("old"))
        if metadata["op"] == "same":
            preview.same += 1
        elif metadata["op"] not in ("refresh", "read"):
            preview.steps.append(
                Step(
                    metadata["op"],
                    metadata["urn"],
                    tuple(_reasons(metadata)),
                    metadata.get("old") or {},
                    metadata.get("new") or {},
                )
            )
    elif "resOutputsEvent" in event:
        metadata = event["resOutputsEvent"]["metadata"]
        if metadata["type"] == STACK:
            preview.picture_after = _picture(metadata.get("new")) or preview.picture_after
    elif "policyEvent" in event:
        found = event["policyEvent"]
        message = " ".join(found["message"].split("\n", 1)[-1].split())
        preview.violations.append(
            Violation(
                found["policyName"],
                found["enforcementLevel"],
                found.get("severity") or "medium",
                found.get("resourceUrn") or "",
                message,
            )
        )
    elif "policyAnalyzeSummaryEvent" in event or "policyAnalyzeStackSummaryEvent" in event:
        summary = event.get("policyAnalyzeSummaryEvent") or event["policyAnalyzeStackSummaryEvent"]
        for rule in summary.get("passed") or ():
            preview.passed[rule] = preview.passed.get(rule, 0) + 1
        for rule in summary.get("failed") or ():
            preview.failed[rule] = preview.failed.get(rule, 0) + 1
    elif "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] == "error":
        message = str(event["diagnosticEvent"]["message"]).strip()
        if message and message not in preview.errors:
            preview.errors.append(message)


def _reasons(metadata: Mapping[str, Any]) -> Iterator[str]:
    """Names of the inputs that ask for the step: for a replacement those that force it."""
    detailed = metadata.get("detailedDiff") or {}
    forcing = [path for path, diff in detailed.items() if diff["diffKind"].endswith("replace")]
    names = metadata.get("keys") or forcing or metadata.get("diffs") or list(detailed)
    seen = dict.fromkeys(name.partition("[")[0].partition(".")[0] for name in names)
    yield from sorted(seen)


def _picture(state: Mapping[str, Any] | None) -> str:
    picture = ((state or {}).get("outputs") or {}).get("picture")
    return picture if isinstance(picture, str) and picture.startswith("flowchart") else ""
