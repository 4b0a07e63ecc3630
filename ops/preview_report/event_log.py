"""What a preview says in the engine's event log, as plain data. Values of inputs stay out of it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policies.planned import Options, Planned
from policies.values import plain

CONTAINER = "docker:index/container:Container"
SERVICE = "docker:index/service:Service"
VOLUME = "docker:index/volume:Volume"
STACK = "pulumi:pulumi:Stack"


class BadEventLog(Exception):
    """A file that is no event log of a preview that ended; the message says what it is instead."""


class _Part(BaseModel):
    """What the report reads of a part of an event; the engine may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


# The engine writes null where there is nothing.
_Map = Annotated[dict[str, Any], BeforeValidator(lambda given: {} if given is None else given)]
_Names = Annotated[tuple[str, ...], BeforeValidator(lambda given: () if given is None else given)]


class State(_Part):
    """What the engine knows of a resource before or after a step."""

    parent: str = ""
    protect: bool = False
    retain_on_delete: bool = Field(default=False, alias="retainOnDelete")
    inputs: _Map = {}
    outputs: _Map = {}

    @property
    def picture(self) -> str:
        found = self.outputs.get("picture")
        return found if isinstance(found, str) and found.startswith("flowchart") else ""


@dataclass(frozen=True)
class Step:
    """One planned operation on a resource, with what the engine knows before and after it."""

    op: str
    urn: str
    reasons: tuple[str, ...] = ()
    old: State | None = None
    new: State | None = None

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]

    @property
    def type(self) -> str:
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def owner(self) -> str:
        """The component it is part of, by name: the service."""
        state = self.new or self.old or State()
        return state.parent.rpartition("::")[2] or "stack"

    @cached_property
    def before(self) -> Planned | None:
        """The resource as a rule would see it, before the step; None where there was none."""
        return self._planned(self.old)

    @cached_property
    def after(self) -> Planned | None:
        """The resource as a rule sees it, after the step; None where it goes."""
        return self._planned(self.new)

    def _planned(self, state: State | None) -> Planned | None:
        if state is None:
            return None
        options = Options(protect=state.protect, parent=state.parent)
        return Planned(self.type, self.urn, plain(state.inputs), options)


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

    @property
    def stack(self) -> str:
        """The stack it is of; empty where it says nothing of any resource."""
        return self.steps[0].urn.split(":")[2] if self.steps else ""


class _Difference(_Part):
    kind: str = Field(alias="diffKind")


_Differences = Annotated[
    dict[str, _Difference], BeforeValidator(lambda given: {} if given is None else given)
]


class _Metadata(_Part):
    op: str
    urn: str = Field(pattern=r"^urn:pulumi:[^:]+::[^:]+::.+::.+$")
    type: str
    old: State | None = None
    new: State | None = None
    keys: _Names = ()
    diffs: _Names = ()
    differences: _Differences = Field(default={}, alias="detailedDiff")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Names of the inputs that ask for the step: for a replacement those that force it."""
        replacing = [p for p, each in self.differences.items() if each.kind.endswith("replace")]
        paths = self.keys or replacing or self.diffs or list(self.differences)
        return tuple(sorted({path.partition("[")[0].partition(".")[0] for path in paths}))


class _Resource(_Part):
    metadata: _Metadata

    def planned(self, preview: Preview) -> None:
        found = self.metadata
        if found.type == STACK and found.old:
            preview.picture_before = found.old.picture
        if found.op not in ("refresh", "read"):
            step = Step(found.op, found.urn, found.reasons, found.old, found.new)
            preview.steps.append(step)

    def done(self, preview: Preview) -> None:
        if self.metadata.type == STACK and self.metadata.new:
            preview.picture_after = self.metadata.new.picture or preview.picture_after


class _Policy(_Part):
    rule: str = Field(alias="policyName")
    level: str = Field(alias="enforcementLevel")
    severity: str | None = None
    urn: str = Field(default="", alias="resourceUrn")
    message: str

    def add(self, preview: Preview) -> None:
        message = " ".join(self.message.split("\n", 1)[-1].split())
        severity = self.severity or "medium"
        preview.violations.append(Violation(self.rule, self.level, severity, self.urn, message))


class _Summary(_Part):
    passed: _Names = ()
    failed: _Names = ()

    def add(self, preview: Preview) -> None:
        _count(self.passed, preview.passed)
        _count(self.failed, preview.failed)


class _Diagnostic(_Part):
    severity: str
    message: str

    def add(self, preview: Preview) -> None:
        message = self.message.strip()
        if self.severity == "error" and message and message not in preview.errors:
            preview.errors.append(message)


def _count(names: Iterable[str], counts: dict[str, int]) -> None:
    for name in names:
        counts[name] = counts.get(name, 0) + 1


# The kinds of event that say something a report needs: what each holds, and what that adds.
READERS: Mapping[str, tuple[type[_Part], Callable[[Any, Preview], None]]] = {
    "resourcePreEvent": (_Resource, _Resource.planned),
    "resOutputsEvent": (_Resource, _Resource.done),
    "policyEvent": (_Policy, _Policy.add),
    "policyAnalyzeSummaryEvent": (_Summary, _Summary.add),
    "policyAnalyzeStackSummaryEvent": (_Summary, _Summary.add),
    "diagnosticEvent": (_Diagnostic, _Diagnostic.add),
}


def read(file: Path) -> Preview:
    """The preview that a log tells of. Raises `BadEventLog`."""
    try:
        lines = file.read_text("utf-8").split("\n")
    except OSError as error:
        raise BadEventLog(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadEventLog(f"{file}: is not text; is it an event log?") from None
    preview = Preview()
    ended = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            raise BadEventLog(f"{file}: line {number} is not JSON; is it an event log?") from None
        if not isinstance(event, dict) or "sequence" not in event:
            raise BadEventLog(f"{file}: line {number} is no engine event; is it an event log?")
        for key in event.keys() & READERS.keys():
            model, add = READERS[key]
            try:
                add(model.model_validate(event[key]), preview)
            except ValidationError as error:
                raise BadEventLog(f"{file}: line {number}: {_faults(key, error)}") from None
        ended = ended or "summaryEvent" in event
    if not ended:
        raise BadEventLog(f"{file}: it ends before the preview did; run the preview again")
    return preview


def _faults(key: str, error: ValidationError) -> str:
    """What is wrong with an event, without its values."""
    faults = []
    for fault in error.errors(include_input=False, include_url=False):
        place = ".".join([key, *(str(part) for part in fault["loc"])])
        missing = fault["type"] == "missing"
        faults.append(f"{place} is missing" if missing else f"{place}: {fault['msg']}")
    return "; ".join(faults)
