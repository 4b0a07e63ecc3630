"""The reviewer's report: what it says of a plan, and what it refuses."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ops.preview_report import event_log
from ops.preview_report.markdown import markdown, marker
from ops.preview_report.report import Report, build
from ops.preview_report.sarif import sarif
from policies.exceptions import Exemption
from policies.registry import RULES

CONTAINER = event_log.CONTAINER
VOLUME = event_log.VOLUME
HEALTH = {"interval": "10s", "timeout": "5s", "retries": 3, "startPeriod": "20s"}
TODAY = date(2026, 11, 26)


class Log:
    """An event log as the engine writes it, made line by line."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []

    def step(
        self,
        op: str,
        name: str,
        type: str = CONTAINER,
        reasons: tuple[str, ...] = (),
        old: dict[str, Any] | None = None,
        new: dict[str, Any] | None = None,
    ) -> "Log":
        urn = f"urn:pulumi:prod::task-tracker::tasktracker:x:X${type}::{name}"
        parent = f"urn:pulumi:prod::task-tracker::tasktracker:x:X::{name.partition('-')[0]}"
        states = {
            key: {"parent": parent, **state} if state is not None else None
            for key, state in {"old": old, "new": new}.items()
        }
        detailed = {reason: {"diffKind": "update-replace"} for reason in reasons}
        metadata = {"op": op, "urn": urn, "type": type, "detailedDiff": detailed, **states}
        return self.event(resourcePreEvent={"metadata": metadata})

    def server(self, name: str, first: str, second: str, *reasons: str) -> "Log":
        """A serving container that goes through two operations in this order."""
        state = {"inputs": {"healthcheck": HEALTH, "stopTimeout": 30, "image": "api:v1"}}
        for op in (first, second):
            gone = op == "delete-replaced"
            self.step(op, name, CONTAINER, reasons, old=state, new=None if gone else state)
        return self

    def passed(self, rule: str) -> "Log":
        return self.event(policyAnalyzeSummaryEvent={"passed": [rule]})

    def violated(self, rule: str, level: str = "mandatory", resource: str = "api-1") -> "Log":
        return self.event(
            policyEvent={
                "policyName": rule, "enforcementLevel": level, "severity": "high",
                "resourceUrn": f"urn:pulumi:prod::task-tracker::t::{resource}",
                "message": "Title\nfact. Mend.",
            },
            policyAnalyzeSummaryEvent=None,
        ).event(policyAnalyzeSummaryEvent={"failed": [rule]})  # fmt: skip

    def event(self, **content: Any) -> "Log":
        known = {key: value for key, value in content.items() if value is not None}
        self.events.append({"sequence": len(self.events), "timestamp": 1, **known})
        return self

    def write(self, folder: Path, *, ends: bool = True) -> Path:
        if ends:
            self.event(summaryEvent={"result": "succeeded"})
        file = folder / "events.json"
        file.write_text("\n".join(json.dumps(event) for event in self.events))
        return file


def report(
    folder: Path, log: Log, *, stack: str = "prod", gaps: tuple[str, ...] = (),
    exemptions: tuple[Exemption, ...] = (),
) -> Report:  # fmt: skip
    preview = event_log.read(log.passed("no-privileged").write(folder))
    return build(stack, preview, RULES, exemptions, gaps, TODAY)


def test_a_container_made_beside_its_predecessor_is_no_gap(tmp_path: Path) -> None:
    found = report(tmp_path, Log().server("api-1", "create-replacement", "delete-replaced"))
    assert [d.kind for d in found.disruptions] == ["none"]
    assert found.allowed


def test_a_container_that_is_stopped_first_is_a_gap_as_long_as_its_settings_say(
    tmp_path: Path,
) -> None:
    found = report(
        tmp_path, Log().server("nginx", "delete-replaced", "create-replacement"), gaps=("nginx",)
    )
    gap = found.disruptions[0]
    assert (gap.kind, gap.usual_seconds, gap.most_seconds) == ("gap", 15, 30 + 20 + 3 * 15)
    assert found.allowed


def test_prod_refuses_a_gap_that_the_stack_file_does_not_name(tmp_path: Path) -> None:
    log = Log().server("postgres", "delete-replaced", "create-replacement", "image")
    found = report(tmp_path, log, gaps=("nginx",))
    assert found.refusals == ("postgres: a gap that `gaps` in the stack file does not name",)


def test_staging_is_told_of_a_gap_and_not_stopped_by_it(tmp_path: Path) -> None:
    log = Log().server("postgres", "delete-replaced", "create-replacement")
    assert report(tmp_path, log, stack="staging").allowed


def test_a_data_volume_that_is_replaced_is_a_loss(tmp_path: Path) -> None:
    old = {"protect": True, "inputs": {"name": "task-tracker-postgres-data"}}
    log = Log().step("replace", "postgres-data", VOLUME, ("name",), old=old, new={"inputs": {}})
    found = report(tmp_path, log)
    assert found.disruptions[0].kind == "loss"
    assert not found.allowed


def test_a_volume_of_files_may_be_replaced(tmp_path: Path) -> None:
    log = Log().step("replace", "api-secrets", VOLUME, ("labels",), old={"inputs": {}})
    assert report(tmp_path, log).disruptions == ()


def test_a_change_that_reaches_no_running_container_is_told(tmp_path: Path) -> None:
    state = {"inputs": {"healthcheck": HEALTH}}
    log = Log().step("update", "api-1", CONTAINER, ("healthcheck",), old=state, new=state)
    assert report(tmp_path, log).disruptions[0].kind == "ignored"


def test_a_violation_is_refused_and_leads_to_the_page_of_its_rule(tmp_path: Path) -> None:
    found = report(tmp_path, Log().violated("no-latest-tag"))
    assert found.refusals == ("1 violations of 1 policies",)
    assert "[no-latest-tag](docs/rules.md#no-latest-tag)" in markdown(found)


def test_an_advisory_finding_refuses_nothing(tmp_path: Path) -> None:
    assert report(tmp_path, Log().violated("no-latest-tag", "advisory")).allowed


def test_a_preview_without_policies_is_refused(tmp_path: Path) -> None:
    preview = event_log.read(Log().write(tmp_path))
    found = build("prod", preview, RULES, (), (), TODAY)
    assert found.refusals == ("no policy was run: preview with --policy-pack policies",)


def test_a_preview_that_failed_is_refused_with_its_reason(tmp_path: Path) -> None:
    log = Log().event(diagnosticEvent={"severity": "error", "message": "host: no such host\nmore"})
    assert report(tmp_path, log).refusals == ("the preview failed: host: no such host",)


def test_exceptions_are_told_with_the_days_they_have_left(tmp_path: Path) -> None:
    exemption = Exemption(
        rule="no-latest-tag", stack="prod", resource="api-*", reason="until the registry moves",
        approver="Ada", expires=date(2026, 12, 1),
    )  # fmt: skip
    text = markdown(report(tmp_path, Log(), exemptions=(exemption,)))
    assert "until 2026-12-01 (5 days left), Ada: until the registry moves" in text


def test_values_of_inputs_are_not_shown(tmp_path: Path) -> None:
    old = {"inputs": {"healthcheck": HEALTH, "envs": ["TOKEN=canary-old"], "image": "api:v1"}}
    new = {"inputs": {"healthcheck": HEALTH, "envs": ["TOKEN=canary-new"], "image": "api:v2"}}
    log = Log()
    for op in ("create-replacement", "delete-replaced"):
        log.step(op, "api-1", CONTAINER, ("envs", "image"), old=old, new=new)
    found = report(tmp_path, log)
    text = markdown(found) + found.model_dump_json() + json.dumps(sarif(found, RULES))
    assert "canary" not in text
    assert "`envs`, `image`: v1 → v2" in text


def test_the_comment_fits_its_limit_and_keeps_verdict_and_gaps(tmp_path: Path) -> None:
    log = Log()
    for number in range(900):
        log.server(f"api-{number}", "create-replacement", "delete-replaced", "image", "envs")
        log.violated("require-pids-limit", "advisory", f"api-{number}")
    log.server("nginx", "delete-replaced", "create-replacement")
    found = report(tmp_path, log)
    assert len(markdown(found, limit=10**9)) > 64_000
    text = markdown(found)
    assert len(text) <= 64_000
    assert text.startswith(marker("prod"))
    assert "nginx: a gap" in text
    assert "| nginx | 🟠 gap |" in text


def test_the_picture_is_shown_before_and_after_when_it_changes(tmp_path: Path) -> None:
    log = Log()
    for kind, text in (("old", "flowchart LR\n a\n"), ("new", "flowchart LR\n b\n")):
        state = {kind: {"outputs": {"picture": text}}}
        event = {"metadata": {"op": "same", "urn": "u", "type": event_log.STACK, **state}}
        log.event(**{"resourcePreEvent" if kind == "old" else "resOutputsEvent": event})
    text = markdown(report(tmp_path, log))
    assert "Before:\n```mermaid\nflowchart LR\n a\n```" in text
    assert "After:\n```mermaid\nflowchart LR\n b\n```" in text


def test_sarif_names_every_rule_and_each_finding(tmp_path: Path) -> None:
    found = sarif(report(tmp_path, Log().violated("no-latest-tag")), RULES)
    run = found["runs"][0]
    assert {rule.id for rule in RULES} < {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [("no-latest-tag", "error")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "it ends before the preview did"),
        ("root:x:0:0", "line 1 is not JSON; is it an event log?"),
        ('{"a": 1}', "line 1 is no engine event; is it an event log?"),
        ('{"sequence": 0}\n{"sequence": 1', "line 2 is not JSON"),
    ],
)
def test_a_malformed_event_log_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "events.json"
    file.write_text(content)
    with pytest.raises(event_log.BadEventLog, match=message.replace("?", r"\?")):
        event_log.read(file)


def test_a_log_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(event_log.BadEventLog, match="cannot be read: No such file"):
        event_log.read(tmp_path / "none.json")


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("1m30s", 90), ("500ms", 0), ("1h", 3600), (None, 0)]
)
def test_durations_are_read_as_the_provider_writes_them(text: str | None, seconds: int) -> None:
    from ops.preview_report.downtime import _seconds

    assert _seconds(text) == seconds
