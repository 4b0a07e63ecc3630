"""The report as one comment on a pull request, read in a minute.

It fits a limit by shortening the least important part first.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from ops.preview_report.downtime import KINDS, Disruption, Kind
from ops.preview_report.report import Report

# GitHub takes 65,536 characters in a comment; Pulumi's own action cuts at 64,000.
LIMIT = 64_000

SIGNS: Mapping[Kind, str] = {"loss": "🔴", "gap": "🟠", "ignored": "🟡", "none": "🟢"}
NAMES: Mapping[Kind, str] = {
    "loss": "data loss",
    "gap": "gap",
    "ignored": "no effect",
    "none": "no gap",
}
MARKS = {kind: f"{sign} {NAMES[kind]}" for kind, sign in SIGNS.items()}


# Resources that are named where many share a row.
SHARING = 8


def marker(stack: str) -> str:
    """The first line, by which an earlier comment of the same stack is found and edited."""
    return f"<!-- task-tracker-preview:{stack} -->"


def markdown(report: Report, limit: int = LIMIT) -> str:
    """The comment, at most `limit` characters long."""
    shortened: list[int] = [0] * len(PARTS)
    text = _text(report, shortened)
    for part in SHORTENING:
        while len(text) > limit and shortened[part] < len(ROWS):
            shortened[part] += 1
            text = _text(report, shortened)
    if len(text) > limit:
        text = text[: limit - 40].rpartition("\n")[0] + "\n\n… cut off at the limit.\n"
    return text


# How many rows a part shows as it is shortened step by step; first all of them.
ROWS = (200, 50, 20, 5, 0)


def _text(report: Report, shortened: Sequence[int]) -> str:
    parts = [
        part(report, None if level == 0 else ROWS[level - 1])
        for part, level in zip(PARTS, shortened, strict=True)
    ]
    return "\n".join(text for text in parts if text) + "\n"


def _link(report: Report, rule: str) -> str:
    return f"[{rule}]({report.rules_page}#{rule})"


def _verdict(report: Report, rows: int | None) -> str:
    title = f"{marker(report.stack)}\n## Preview of `{report.stack}`\n"
    if report.allowed:
        state = "✅ **It can be deployed.**"
    else:
        refusals = _rows([f"- {_cell(refusal)}" for refusal in report.refusals], rows)
        state = "\n".join(["⛔ **It can't be deployed:**", *refusals])
    return f"{title}\n{state}\n\n{_sum(report)}"


def _sum(report: Report) -> str:
    """All of it in one line."""
    kinds: Counter[Kind] = Counter(each.kind for each in report.disruptions)
    gaps = [each.most_seconds for each in report.disruptions if each.kind == "gap"]
    known = [seconds for seconds in gaps if seconds is not None]
    most = f", at most {max(known)} s" if known and len(known) == len(gaps) else ""
    worst = [
        f"{SIGNS[kind]} {kinds[kind]} × {NAMES[kind]}{most if kind == 'gap' else ''}"
        for kind in KINDS[:-1]
        if kinds[kind]
    ]
    operations = Counter(change.operation for change in report.changes)
    counts = ", ".join(f"{count} to {name}" for name, count in sorted(operations.items()))
    return (
        f"{', '.join(worst) or MARKS['none']}; {counts or 'nothing to change'}; "
        f"{report.unchanged} unchanged."
    )


def _down(report: Report, rows: int | None) -> str:
    told = [d for d in report.disruptions if d.kind != "none"]
    calm = [d.resource for d in report.disruptions if d.kind == "none"]
    reasons = {(c.service, c.resource): c.because for c in report.changes if c.because}
    lines = ["\n### What will be down"]
    if told:
        lines += ["| what | | how | because of |", "|---|---|---|---|"]
        lines += _rows([_disruption(d, reasons) for d in told], rows)
    else:
        lines.append("Nothing.")
    if calm:
        lines.append(f"\n🟢 Without a gap: {_listed(calm, rows)}.")
    return "\n".join(lines)


def _disruption(each: Disruption, reasons: Mapping[tuple[str, str], str]) -> str:
    because = reasons.get((each.service, each.resource), "")
    return f"| {_cell(each.resource)} | {MARKS[each.kind]} | {each.text} | {_cell(because)} |"


def _findings(report: Report, rows: int | None) -> str:
    """Violations, the worst first; resources of which the same is said share a row."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in report.findings:
        if each.level == "mandatory":
            message = each.message.removesuffix(f" ({each.url})")
            key = (each.rule, each.severity, message)
            found.setdefault(key, []).append(each.resource)
    if not found:
        return ""
    lines = ["\n### Violations", "| rule | severity | resource | what and how to mend |"]
    lines.append("|---|---|---|---|")
    cells = [
        f"| {_link(report, rule)} | {severity} | {_together(resources)} | {_cell(message)} |"
        for (rule, severity, message), resources in found.items()
    ]
    return "\n".join([*lines, *_rows(cells, rows)])


def _changes(report: Report, rows: int | None) -> str:
    """What runs, holds data or connects, one row for replicas; the rest is counted."""
    if not report.changes:
        return "\n### Changes\nNone."
    main: dict[tuple[str, str, str], list[str]] = {}
    other: Counter[str] = Counter()
    for change in report.changes:
        if change.type in ("Container", "Service", "Volume", "Network"):
            key = (change.service, change.operation, change.because)
            main.setdefault(key, []).append(change.resource)
        else:
            other[change.type] += 1
    lines = ["\n### Changes"]
    if main:
        lines += ["| service | resource | | because of |", "|---|---|---|---|"]
        cells = [
            f"| {service} | {_together(names)} | {operation} | {_cell(because)} |"
            for (service, operation, because), names in main.items()
        ]
        lines += _rows(cells, rows)
    if other:
        listed = ", ".join(f"{count} {type}" for type, count in sorted(other.items()))
        lines.append(f"\n{'And ' if main else ''}{listed}.")
    return "\n".join(lines)


def _backups(report: Report, _: int | None) -> str:
    return f"\n### Backups\n{report.backups}" if report.backups else ""


def _policies(report: Report, rows: int | None) -> str:
    failed = sum(1 for f in report.findings if f.level == "mandatory")
    warned = len(report.findings) - failed
    checks = sum(c.passed for c in report.coverage)
    idle = [c for c in report.coverage if c.passed + c.failed == 0]
    absent = [c.rule for c in idle if not c.due]
    due = [c.rule for c in idle if c.due]
    lines = [
        "\n### Policies",
        f"{failed} failed, {warned} warned, {checks} checks passed. "
        f"{len(report.coverage) - len(idle)} of {len(report.coverage)} mandatory rules ran.",
    ]
    if due:
        lines.append(f"- should have run, and did not: {_listed(due, rows)}")
    if absent:
        lines.append(f"- nothing of theirs is here: {_listed(absent, rows)}")
    for each in report.exceptions:
        lines.append(
            f"- exception: {_link(report, each.rule)} for `{each.resource}` until "
            f"{each.expires} ({each.days_left} days left), {each.approver}: {_cell(each.reason)}"
        )
    warnings = [
        f"- {_link(report, f.rule)} {f.resource}: {_cell(f.message)}"
        for f in report.findings
        if f.level != "mandatory"
    ]
    if warnings:
        lines += ["\n<details><summary>Warnings</summary>\n", *_rows(warnings, rows), "</details>"]
    return "\n".join(lines)


def _coverage(report: Report, rows: int | None) -> str:
    lines = [
        "\n<details><summary>Coverage</summary>\n",
        "| rule | resources of its own | passed | failed |",
        "|---|--:|--:|--:|",
    ]
    cells = [f"| {c.rule} | {c.due} | {c.passed} | {c.failed} |" for c in report.coverage]
    return "\n".join([*lines, *_rows(cells, rows), "</details>"])


def _pictures(report: Report, rows: int | None) -> str:
    if not report.picture_after or rows == 0:
        return ""
    fence = "```mermaid\n{}```\n"
    text = "\n### Networks\n"
    if report.picture_before and report.picture_before != report.picture_after:
        return (
            f"{text}Before:\n{fence.format(report.picture_before)}\n"
            f"After:\n{fence.format(report.picture_after)}"
        )
    title = "As before" if report.picture_before else "New"
    return (
        f"{text}<details><summary>{title}</summary>\n\n"
        f"{fence.format(report.picture_after)}</details>"
    )


PARTS: tuple[Callable[[Report, int | None], str], ...] = (
    _verdict,
    _down,
    _findings,
    _changes,
    _backups,
    _policies,
    _pictures,
    _coverage,
)

# Which part gives way first; the verdict is the last.
SHORTENING = tuple(
    PARTS.index(part)
    for part in (_coverage, _pictures, _policies, _changes, _findings, _down, _verdict)
)


def _rows(cells: Sequence[str], rows: int | None) -> list[str]:
    if rows is None or len(cells) <= rows:
        return list(cells)
    more = f"… and {len(cells) - rows} more"
    bar = cells[0].startswith("|")
    return [*cells[:rows], f"| {more} |" + " |" * (cells[0].count(" |") - 1) if bar else more]


def _listed(names: Sequence[str], rows: int | None) -> str:
    shown = names if rows is None else names[:rows]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def _together(names: Sequence[str]) -> str:
    """Resources that share a row."""
    return _cell(_listed(names, SHARING))


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
