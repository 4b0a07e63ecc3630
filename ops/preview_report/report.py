"""The report of a preview: everything a reviewer decides by, as one piece of data."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ops.preview_report.course import Course, courses
from ops.preview_report.downtime import Disruption, Kind, disruptions
from ops.preview_report.event_log import CONTAINER, VOLUME, Preview, Violation
from ops.preview_report.reasons import because, volume_names
from policies.configuration import Configuration
from policies.exceptions import Exemption
from policies.inputs import Undecided
from policies.judge import Judge
from policies.planned import environment_of
from policies.rule import PAGE, Level, Rule, Severity
from policies.rules import protect_data_volumes

Operation = Literal["create", "update", "replace", "delete"]

# Rules whose names a refusal tells; the table of coverage has all.
NAMED = 5


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(Part):
    """One resource that changes: the inputs that are the reason, and what that disrupts.

    `because` says the reason in words, without the values of inputs.
    """

    service: str
    resource: str
    type: str
    operation: Operation
    disruption: Kind
    reasons: tuple[str, ...]
    because: str


class Finding(Part):
    """One policy finding; `url` leads to the page of its rule."""

    rule: str
    level: str
    severity: str
    resource: str
    message: str
    url: str


class Coverage(Part):
    """On how many resources a mandatory rule ran, and on how many it should have."""

    rule: str
    due: int
    passed: int
    failed: int


class Allowed(Part):
    """What a stack file lets a deploy do: services that may be down, volumes that may be lost."""

    gaps: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


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
    backups: str = ""
    rules_page: str = PAGE

    @property
    def allowed(self) -> bool:
        return not self.refusals


def build(
    stack: str,
    preview: Preview,
    rules: Sequence[Rule],
    exemptions: Sequence[Exemption],
    allowed: Allowed,
    today: date,
    configuration: Configuration | None = None,
    backups: str = "",
    rules_page: str = PAGE,
) -> Report:
    """The report of a stack's preview; `backups` says what is known of them."""
    configuration = configuration or Configuration()
    environment = environment_of(stack)
    plan = courses(preview.steps)
    disruption = [
        each.model_copy(update={"refused": _refused(environment, each, allowed)})
        for each in disruptions(preview.steps, _data(configuration))
    ]
    findings = _findings(preview.violations, rules)
    coverage = _coverage(plan, preview, rules, configuration, environment)
    return Report(
        stack=stack,
        environment=environment,
        changes=tuple(_changes(plan, disruption)),
        unchanged=sum(1 for course in plan if course.ops == ["same"] and _on_host(course)),
        disruptions=tuple(disruption),
        findings=tuple(findings),
        coverage=tuple(coverage),
        exceptions=tuple(
            Excused(
                rule=each.rule, resource=each.resource, reason=each.reason,
                approver=each.approver, expires=each.expires, days_left=each.days_left(today),
            )
            for each in exemptions if each.concerns(stack)
        ),
        refusals=tuple(_refusals(preview, findings, disruption, coverage)),
        picture_before=preview.picture_before,
        picture_after=preview.picture_after,
        backups=backups,
        rules_page=rules_page,
    )  # fmt: skip


def _data(configuration: Configuration) -> protect_data_volumes.Data | None:
    """The values of the law that says which volumes hold data."""
    found = configuration.of(protect_data_volumes.rule)
    return found if isinstance(found, protect_data_volumes.Data) else None


def _on_host(course: Course) -> bool:
    """Components and providers are nothing on a host."""
    return not course.type.startswith(("tasktracker:", "pulumi:"))


def _changes(plan: Sequence[Course], disruption: Sequence[Disruption]) -> list[Change]:
    kinds = {each.urn: each.kind for each in disruption}
    names = volume_names(plan)
    found = [
        Change(
            service=course.owner,
            resource=course.name,
            type=_kind(course, kinds),
            operation=operation,
            disruption=kinds.get(course.urn, "none"),
            reasons=course.reasons,
            because=because(course, names),
        )
        for course in plan
        if _on_host(course) and (operation := _operation(course))
    ]
    return sorted(found, key=lambda c: (c.service, c.type != "Container", c.resource))


def _operation(course: Course) -> Operation | None:
    if course.replaced:
        return "replace"
    if course.goes:
        return "delete"
    if "update" in course.ops:
        return "update"
    return "create" if {"create", "import"} & {*course.ops} else None


def _kind(course: Course, kinds: Mapping[str, Kind]) -> str:
    """The type, by a short name; a volume of files and what fills it are one and the same."""
    carries = course.type == VOLUME and course.urn not in kinds and not _protected(course)
    if carries or course.type == CONTAINER and _carries_files(course):
        return "Files"
    return course.type.rpartition(":")[2]


def _protected(course: Course) -> bool:
    return any(state.protect for step in course.steps for state in (step.old, step.new) if state)


def _carries_files(course: Course) -> bool:
    state = course.after or course.before
    try:
        return state is not None and state.workload.is_filler
    except Undecided:
        return False


def _findings(violations: Sequence[Violation], rules: Sequence[Rule]) -> list[Finding]:
    """The worst first."""
    by_id = {rule.id: rule for rule in rules}
    order = [severity.value for severity in reversed(Severity)]
    found = [_finding(violation, by_id) for violation in violations]
    known = {severity: index for index, severity in enumerate(order)}
    return sorted(found, key=lambda f: (known.get(f.severity, 0), f.rule))


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


def _coverage(
    plan: Sequence[Course],
    preview: Preview,
    rules: Sequence[Rule],
    configuration: Configuration,
    environment: str,
) -> list[Coverage]:
    """What ran, beside what should have: the resources there are after the plan, as the pack sees
    them."""
    judge = Judge(rules, configuration)
    due = {rule.id: 0 if rule.applies else 1 for rule in rules}
    for resource in (course.after for course in plan if course.after):
        outside = {rule for rule, _ in judge.outside(resource)}
        for rule in rules:
            due[rule.id] += bool(rule.applies) and rule.id not in outside
    return [
        Coverage(
            rule=rule.id,
            due=due[rule.id],
            passed=preview.passed.get(rule.id, 0),
            failed=preview.failed.get(rule.id, 0),
        )
        for rule in rules
        if configuration.level(rule, environment) is Level.mandatory
    ]


def _refused(environment: str, disruption: Disruption, allowed: Allowed) -> bool:
    """Only dev and staging are told of what prod refuses; a name it is by allows one thing."""
    named = {"gap": allowed.gaps, "loss": allowed.losses}.get(disruption.kind)
    strict = environment not in ("dev", "staging")
    return strict and named is not None and disruption.resource not in named


def _refusals(
    preview: Preview,
    findings: Sequence[Finding],
    disruption: Sequence[Disruption],
    coverage: Sequence[Coverage],
) -> Iterator[str]:
    losses = [each.resource for each in disruption if each.refused and each.kind == "loss"]
    gaps = [each.resource for each in disruption if each.refused and each.kind == "gap"]
    broken = dict.fromkeys(f.rule for f in findings if f.level == "mandatory")
    idle = [each.rule for each in coverage if each.due and not each.passed + each.failed]
    for name in losses:
        yield f"{name}: a loss of data that `losses` in the stack file does not name"
    for name in gaps:
        yield f"{name}: a gap that `gaps` in the stack file does not name"
    if broken:
        count = sum(1 for f in findings if f.level == "mandatory")
        yield f"{count} violations of {_listed(list(broken))}"
    if preview.errors and not (losses or gaps or broken):
        first, *more = preview.errors[0].splitlines()
        yield f"the preview failed: {first}"
        # The mistakes of a stack file, which the program lists and writes without any value.
        yield from (line.removeprefix("  - ") for line in more if line.startswith("  - "))
    elif not preview.passed and not preview.failed:
        yield "no policy was run: preview with --policy-pack policies"
    elif idle and not preview.errors:
        yield f"{len(idle)} mandatory rules ran on nothing, and should have: {_listed(idle)}"


def _listed(rules: Sequence[str]) -> str:
    more = f" and {len(rules) - NAMED} more" if len(rules) > NAMED else ""
    return ", ".join(rules[:NAMED]) + more
