"""The report of a preview: everything a reviewer decides by, as one piece of data."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from components.engines.docker_volumes import NEVER
from ops.preview_report.downtime import Disruption, disruptions
from ops.preview_report.event_log import CONTAINER, Preview, Step, Violation
from policies.exceptions import Exemption
from policies.rule import Level, Rule

Operation = Literal["create", "update", "replace", "delete"]
OPERATIONS: Mapping[str, Operation] = {
    "create": "create",
    "update": "update",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "delete": "delete",
}


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(Part):
    """One resource that changes, and the inputs that are the reason."""

    service: str
    resource: str
    type: str
    operation: Operation
    reasons: tuple[str, ...]
    image_before: str = ""
    image_after: str = ""


class Finding(Part):
    """One policy finding; `url` leads to the page of its rule."""

    rule: str
    level: str
    severity: str
    resource: str
    message: str
    url: str


class Coverage(Part):
    """How often a mandatory rule was applied to something."""

    rule: str
    passed: int
    failed: int


class Excused(Part):
    """An exception that is in force, with the days it has left."""

    rule: str
    resource: str
    reason: str
    approver: str
    expires: date
    days_left: int


class Report(Part):
    """All of it. `refusals` are why it can't be deployed; empty means that it can."""

    stack: str
    environment: str
    changes: tuple[Change, ...]
    unchanged: int
    disruptions: tuple[Disruption, ...]
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    exceptions: tuple[Excused, ...]
    refusals: tuple[str, ...]
    picture_before: str
    picture_after: str

    @property
    def allowed(self) -> bool:
        return not self.refusals


def build(
    stack: str,
    preview: Preview,
    rules: Sequence[Rule],
    exemptions: Sequence[Exemption],
    gaps: Sequence[str],
    today: date,
) -> Report:
    """The report of a stack's preview; `gaps` are the services that its stack file lets go down."""
    environment = stack.partition("-")[0]
    by_id = {rule.id: rule for rule in rules}
    findings = tuple(_finding(violation, by_id) for violation in preview.violations)
    disruption = tuple(disruptions(preview.steps))
    return Report(
        stack=stack,
        environment=environment,
        changes=tuple(_changes(preview.steps)),
        unchanged=preview.same,
        disruptions=disruption,
        findings=findings,
        coverage=tuple(_coverage(preview, rules, environment)),
        exceptions=tuple(
            Excused(
                rule=each.rule, resource=each.resource, reason=each.reason,
                approver=each.approver, expires=each.expires, days_left=each.days_left(today),
            )
            for each in exemptions if each.concerns(stack)
        ),
        refusals=tuple(_refusals(environment, preview, findings, disruption, gaps)),
        picture_before=preview.picture_before,
        picture_after=preview.picture_after,
    )  # fmt: skip


def _changes(steps: Sequence[Step]) -> list[Change]:
    found: dict[str, Change] = {}
    for step in steps:
        operation = OPERATIONS.get(step.op)
        if operation is None or step.type.startswith(("tasktracker:", "pulumi:")):
            continue  # components and providers are nothing on a host
        before = found.get(step.urn)
        found[step.urn] = Change(
            service=step.owner,
            resource=step.name,
            type="Files" if _carries_files(step) else step.type.rpartition(":")[2],
            operation=operation,
            reasons=step.reasons or (before.reasons if before else ()),
            image_before=_image(step.old) or (before.image_before if before else ""),
            image_after=_image(step.new) or (before.image_after if before else ""),
        )
    return sorted(found.values(), key=lambda c: (c.service, c.type != "Container", c.resource))


def _carries_files(step: Step) -> bool:
    return step.type == CONTAINER and step.inputs.get("entrypoints") == [NEVER]


def _image(state: Mapping[str, object]) -> str:
    inputs = state.get("inputs")
    image = inputs.get("image") if isinstance(inputs, dict) else None
    return image if isinstance(image, str) else ""


def _finding(violation: Violation, rules: Mapping[str, Rule]) -> Finding:
    rule = rules.get(violation.rule)
    return Finding(
        rule=violation.rule,
        level=violation.level,
        severity=violation.severity,
        resource=violation.urn.rpartition("::")[2],
        message=violation.message,
        url=rule.url if rule else "",
    )


def _coverage(preview: Preview, rules: Sequence[Rule], environment: str) -> list[Coverage]:
    return [
        Coverage(
            rule=rule.id,
            passed=preview.passed.get(rule.id, 0),
            failed=preview.failed.get(rule.id, 0),
        )
        for rule in rules
        if rule.levels.of(environment) is Level.mandatory
    ]


def _refusals(
    environment: str,
    preview: Preview,
    findings: Sequence[Finding],
    disruption: Sequence[Disruption],
    gaps: Sequence[str],
) -> list[str]:
    mandatory = [f for f in findings if f.level == "mandatory"]
    refusals = []
    if mandatory:
        count = len({f.rule for f in mandatory})
        refusals.append(f"{len(mandatory)} violations of {count} policies")
    for each in disruption:
        named = each.resource in gaps or each.service in gaps
        if environment == "prod" and each.kind in ("gap", "loss") and not named:
            refusals.append(
                f"{each.resource}: a {each.kind} that `gaps` in the stack file does not name"
            )
    if not preview.passed and not preview.failed:
        refusals.append("no policy was run: preview with --policy-pack policies")
    if preview.errors and not refusals:
        refusals.append("the preview failed: " + preview.errors[0].splitlines()[0])
    return refusals
