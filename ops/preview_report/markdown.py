"""The report as one comment on a pull request, read in a minute.

It fits a limit by shortening the least important part first.
"""

from collections.abc import Callable, Sequence

from ops.preview_report.downtime import Disruption
from ops.preview_report.report import Change, Report

# GitHub takes 65,536 characters in a comment; Pulumi's own action cuts at 64,000.
LIMIT = 64_000

MARKS = {"loss": "🔴 data loss", "gap": "🟠 gap", "ignored": "🟡 no effect", "none": "🟢 no gap"}


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


def _verdict(report: Report, _: int | None) -> str:
    changed = len(report.changes)
    title = f"{marker(report.stack)}\n## Preview of `{report.stack}`\n"
    if report.allowed:
        state = "✅ **It can be deployed.**"
    else:
        state = "⛔ **It can't be deployed:**\n" + "\n".join(f"- {r}" for r in report.refusals)
    worst = report.disruptions[0].kind if report.disruptions else "none"
    return f"{title}\n{state}\n\n{changed} changes, {report.unchanged} unchanged; {MARKS[worst]}."


def _down(report: Report, rows: int | None) -> str:
    told = [d for d in report.disruptions if d.kind != "none"]
    calm = [d.resource for d in report.disruptions if d.kind == "none"]
    lines = ["\n### What will be down"]
    if told:
        lines += ["| service | what | |", "|---|---|---|"]
        lines += _rows([_disruption(d) for d in told], rows)
    else:
        lines.append("Nothing.")
    if calm:
        lines.append(f"\n🟢 Without a gap: {_listed(calm, rows)}.")
    return "\n".join(lines)


def _disruption(disruption: Disruption) -> str:
    return f"| {disruption.resource} | {MARKS[disruption.kind]} | {disruption.text} |"


def _findings(report: Report, rows: int | None) -> str:
    found = [f for f in report.findings if f.level == "mandatory"]
    if not found:
        return ""
    lines = ["\n### Violations", "| rule | severity | resource | what and how to mend |"]
    lines.append("|---|---|---|---|")
    cells = [
        f"| [{f.rule}]({f.url}) | {f.severity} | {f.resource} | {_cell(f.message)} |" for f in found
    ]
    return "\n".join([*lines, *_rows(cells, rows)])


def _changes(report: Report, rows: int | None) -> str:
    if not report.changes:
        return "\n### Changes\nNone."
    lines = ["\n### Changes", "| service | resource | | because of |", "|---|---|---|---|"]
    main = [c for c in report.changes if c.type in ("Container", "Volume", "Network")]
    other = [c for c in report.changes if c not in main]
    lines += _rows([_change(change) for change in main], rows)
    if other:
        counts: dict[str, int] = {}
        for change in other:
            counts[change.type] = counts.get(change.type, 0) + 1
        listed = ", ".join(f"{count} {type}" for type, count in sorted(counts.items()))
        lines.append(f"\nAnd {listed}.")
    return "\n".join(lines)


def _change(change: Change) -> str:
    reasons = ", ".join(f"`{reason}`" for reason in change.reasons)
    if change.image_before and change.image_after and change.image_before != change.image_after:
        reasons += f": {_version(change.image_before)} → {_version(change.image_after)}"
    return f"| {change.service} | {change.resource} | {change.operation} | {reasons} |"


def _policies(report: Report, rows: int | None) -> str:
    failed = sum(1 for f in report.findings if f.level == "mandatory")
    warned = len(report.findings) - failed
    checks = sum(c.passed for c in report.coverage)
    idle = [c.rule for c in report.coverage if c.passed + c.failed == 0]
    ran = len(report.coverage) - len(idle)
    lines = [
        "\n### Policies",
        f"{failed} failed, {warned} warned, {checks} checks passed. Of {len(report.coverage)} "
        f"mandatory rules {ran} met a resource of theirs.",
    ]
    for each in report.exceptions:
        lines.append(
            f"- exception: [{each.rule}](docs/rules.md#{each.rule}) for `{each.resource}` until "
            f"{each.expires} ({each.days_left} days left), {each.approver}: {_cell(each.reason)}"
        )
    warnings = [
        f"- [{f.rule}]({f.url}) {f.resource}: {_cell(f.message)}"
        for f in report.findings
        if f.level != "mandatory"
    ]
    if warnings:
        lines += ["\n<details><summary>Warnings</summary>\n", *_rows(warnings, rows), "</details>"]
    return "\n".join(lines)


def _coverage(report: Report, rows: int | None) -> str:
    lines = [
        "\n<details><summary>Coverage</summary>\n",
        "| rule | passed | failed |",
        "|---|--:|--:|",
    ]
    cells = [f"| {c.rule} | {c.passed} | {c.failed} |" for c in report.coverage]
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
    _policies,
    _pictures,
    _coverage,
)

# Which part gives way first; the verdict never does.
SHORTENING = tuple(
    PARTS.index(part) for part in (_coverage, _pictures, _policies, _changes, _findings, _down)
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


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _version(image: str) -> str:
    """The tag of an image; enough to tell one version from another."""
    reference, _, digest = image.partition("@sha256:")
    tag = reference.rpartition(":")[2]
    return f"{tag}@{digest[:8]}" if digest else tag
