"""The reviewer's report: what it says of a plan, and what it refuses."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer

from ops import report as command
from ops.preview_report import event_log
from ops.preview_report.markdown import markdown, marker
from ops.preview_report.report import Allowed, Report, build
from ops.preview_report.sarif import sarif
from policies.exceptions import Exemption
from policies.registry import RULES

CONTAINER = event_log.CONTAINER
SERVICE = event_log.SERVICE
VOLUME = event_log.VOLUME
HEALTH = {"interval": "10s", "timeout": "5s", "retries": 3, "startPeriod": "20s"}
TODAY = date(2026, 11, 26)
EVERY_RULE = tuple(rule.id for rule in RULES)


class Log:
    """An event log as the engine writes it, made line by line."""

    def __init__(self, stack: str = "prod") -> None:
        self.stack = stack
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
        urn = f"urn:pulumi:{self.stack}::task-tracker::tasktracker:x:X${type}::{name}"
        parent = f"urn:pulumi:{self.stack}::task-tracker::tasktracker:x:X::{name.partition('-')[0]}"
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

    def replaced_first(
        self,
        name: str,
        old: dict[str, Any],
        new: dict[str, Any],
        *reasons: str,
        type: str = CONTAINER,
    ) -> "Log":
        """Something that goes before its successor comes; inputs before and after."""
        before, after = {"inputs": old}, {"inputs": new}
        self.step("delete-replaced", name, type, old=before)
        return self.step("create-replacement", name, type, reasons, old=before, new=after)

    def passed(self, *rules: str) -> "Log":
        return self.event(policyAnalyzeSummaryEvent={"passed": list(rules)})

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
    folder: Path, log: Log, *, gaps: tuple[str, ...] = (), losses: tuple[str, ...] = (),
    exemptions: tuple[Exemption, ...] = (), ran: tuple[str, ...] = EVERY_RULE, backups: str = "",
) -> Report:  # fmt: skip
    preview = event_log.read(log.passed(*ran).write(folder))
    allowed = Allowed(gaps=gaps, losses=losses)
    return build(log.stack, preview, RULES, exemptions, allowed, TODAY, None, backups)


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
    log = Log("staging").server("postgres", "delete-replaced", "create-replacement")
    assert report(tmp_path, log).allowed


def test_an_environment_of_another_name_is_as_strict_as_prod(tmp_path: Path) -> None:
    log = Log("production").server("postgres", "delete-replaced", "create-replacement")
    assert not report(tmp_path, log).allowed


def test_a_data_volume_that_is_replaced_is_a_loss(tmp_path: Path) -> None:
    old = {"protect": True, "inputs": {"name": "task-tracker-postgres-data"}}
    log = Log().step("replace", "postgres-data", VOLUME, ("name",), old=old, new={"inputs": {}})
    found = report(tmp_path, log)
    assert found.disruptions[0].kind == "loss"
    assert found.refusals == (
        "postgres-data: a loss of data that `losses` in the stack file does not name",
    )


@pytest.mark.parametrize("gaps", ["postgres", "postgres-data"])
def test_a_gap_that_is_allowed_allows_no_loss(tmp_path: Path, gaps: str) -> None:
    log = Log().step("replace", "postgres-data", VOLUME, ("name",), old={"protect": True}, new={})
    assert not report(tmp_path, log, gaps=(gaps,)).allowed


def test_a_loss_that_the_stack_file_names_is_told_and_allowed(tmp_path: Path) -> None:
    log = Log().step("replace", "postgres-data", VOLUME, ("name",), old={"protect": True}, new={})
    found = report(tmp_path, log, losses=("postgres-data",))
    assert found.allowed
    assert "🔴 1 × data loss" in markdown(found)


@pytest.mark.parametrize("op", ["delete", "replace"])
def test_a_volume_of_data_that_nobody_protects_is_lost_as_well(tmp_path: Path, op: str) -> None:
    new: dict[str, Any] | None = {"inputs": {}} if op == "replace" else None
    log = Log().step(op, "x-data", VOLUME, ("name",), old={"inputs": {"name": "x"}}, new=new)
    assert [d.kind for d in report(tmp_path, log).disruptions] == ["loss"]


def test_a_volume_that_a_service_writes_to_holds_data_whatever_its_name(tmp_path: Path) -> None:
    mounts = {"volumes": [{"volumeName": "on-the-host", "containerPath": "/var/lib"}]}
    log = Log().step("same", "db", CONTAINER, old={"inputs": mounts}, new={"inputs": mounts})
    log.step("delete", "kept", VOLUME, old={"inputs": {"name": "on-the-host"}})
    assert [d.kind for d in report(tmp_path, log).disruptions] == ["loss"]


def test_a_volume_of_files_may_be_replaced(tmp_path: Path) -> None:
    log = Log().step("replace", "api-secrets", VOLUME, ("labels",), old={"inputs": {}})
    assert report(tmp_path, log).disruptions == ()


def test_a_container_without_a_health_check_has_a_gap_of_unknown_length(tmp_path: Path) -> None:
    found = report(tmp_path, Log().replaced_first("db", {"image": "db:1"}, {"image": "db:2"}))
    gap = found.disruptions[0]
    assert (gap.kind, gap.most_seconds) == ("gap", None)
    assert "no health check tells" in gap.text
    assert found.refusals == ("db: a gap that `gaps` in the stack file does not name",)


def test_what_can_not_be_read_is_a_gap(tmp_path: Path) -> None:
    odd = {"healthcheck": "every ten seconds", "labels": 5}
    found = report(tmp_path, Log().replaced_first("db", odd, odd))
    assert [d.kind for d in found.disruptions] == ["gap"]


def test_a_job_disrupts_nothing(tmp_path: Path) -> None:
    job = {"restart": "no", "mustRun": False, "start": False}
    assert report(tmp_path, Log().replaced_first("migrations", job, job)).disruptions == ()


def test_a_container_that_is_asked_whether_it_is_healthy_is_no_job(tmp_path: Path) -> None:
    asked = {"restart": "no", "mustRun": False, "healthcheck": HEALTH}
    assert not report(tmp_path, Log().replaced_first("api", asked, asked)).allowed


def service(order: str = "", replicas: int = 1, **spec: Any) -> dict[str, Any]:
    """A Swarm service."""
    return {
        "taskSpec": {"containerSpec": {"healthcheck": HEALTH, "stopGracePeriod": "30s", **spec}},
        "mode": {"replicated": {"replicas": replicas}},
        **({"updateConfig": {"order": order}} if order else {}),
    }


def test_a_swarm_service_that_is_stopped_first_is_a_gap(tmp_path: Path) -> None:
    log = Log().replaced_first("api", service(), service(), "name", type=SERVICE)
    gap = report(tmp_path, log).disruptions[0]
    assert (gap.kind, gap.usual_seconds, gap.most_seconds) == ("gap", 15, 30 + 20 + 3 * 15)


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (service(), "gap"),
        (service("stop-first"), "gap"),
        (service("start-first"), "none"),
        (service(replicas=2), "none"),
        (service(replicas=0), "gap"),
    ],
)
def test_swarm_replaces_tasks_in_the_order_the_service_says(
    tmp_path: Path, after: dict[str, Any], kind: str
) -> None:
    states = {"old": {"inputs": service()}, "new": {"inputs": after}}
    log = Log().step("update", "api", SERVICE, ("taskSpec.containerSpec.image",), **states)
    assert [d.kind for d in report(tmp_path, log).disruptions] == [kind]


def replica(**more: Any) -> dict[str, Any]:
    """A state of one container of the api."""
    label = {"label": "tasktracker.service", "value": "api"}
    return {"inputs": {"labels": [label], "healthcheck": HEALTH, **more}}


def test_a_replica_less_is_no_gap_while_others_serve(tmp_path: Path) -> None:
    log = Log().step("same", "api-1", old=replica(), new=replica())
    log.step("delete", "api-2", old=replica())
    assert report(tmp_path, log).allowed


def test_the_last_of_a_service_is_a_gap(tmp_path: Path) -> None:
    log = Log().step("delete", "api-1", old=replica()).step("delete", "api-2", old=replica())
    assert [d.kind for d in report(tmp_path, log).disruptions] == ["gap", "gap"]


def test_a_new_one_can_not_run_beside_one_that_owns_a_port(tmp_path: Path) -> None:
    port = {"ports": [{"internal": 80, "external": 80}]}
    log = Log().step("create", "api-1", new=replica(**port)).step("delete", "api", old=replica())
    assert report(tmp_path, log).allowed
    log = Log().step("create", "api-1", new=replica()).step("delete", "api", old=replica(**port))
    assert not report(tmp_path, log).allowed


def numbered(number: str) -> dict[str, Any]:
    """Inputs of a container that was made again so often (docs/decisions/presence.md)."""
    labels = [{"label": "tasktracker.made-again", "value": number}] if number else []
    return {"labels": labels, "healthcheck": HEALTH}


def test_what_is_not_on_the_host_any_more_is_down_already(tmp_path: Path) -> None:
    log = Log().replaced_first("postgres", numbered(""), numbered("1"), "labels")
    found = report(tmp_path, log)
    assert found.allowed
    text = markdown(found)
    assert "| postgres | postgres | replace | not on the host any more, made again |" in text


@pytest.mark.parametrize("number", ["1", "0", ""])
def test_a_number_that_does_not_rise_is_a_gap(tmp_path: Path, number: str) -> None:
    log = Log().replaced_first("postgres", numbered("1"), numbered(number), "labels")
    assert not report(tmp_path, log).allowed


def test_each_change_says_what_it_disrupts(tmp_path: Path) -> None:
    log = Log().server("nginx", "delete-replaced", "create-replacement")
    log.server("api-1", "create-replacement", "delete-replaced")
    log.step("create", "edge", "docker:index/network:Network", new={})
    found = {change.resource: change.disruption for change in report(tmp_path, log).changes}
    assert found == {"nginx": "gap", "api-1": "none", "edge": "none"}


def test_a_change_that_reaches_no_running_container_is_told(tmp_path: Path) -> None:
    state = {"inputs": {"healthcheck": HEALTH}}
    log = Log().step("update", "api-1", CONTAINER, ("healthcheck",), old=state, new=state)
    assert report(tmp_path, log).disruptions[0].kind == "ignored"


def test_a_violation_is_refused_and_leads_to_the_page_of_its_rule(tmp_path: Path) -> None:
    found = report(tmp_path, Log().violated("no-latest-tag"))
    assert found.refusals == ("1 violations of no-latest-tag",)
    assert "[no-latest-tag](docs/rules.md#no-latest-tag)" in markdown(found)
    # A comment knows no folders: there it has to be an address.
    elsewhere = found.model_copy(update={"rules_page": "https://git.example/rules.md"})
    assert "[no-latest-tag](https://git.example/rules.md#no-latest-tag)" in markdown(elsewhere)


def test_an_advisory_finding_refuses_nothing(tmp_path: Path) -> None:
    assert report(tmp_path, Log().violated("no-latest-tag", "advisory")).allowed


def test_a_preview_without_policies_is_refused(tmp_path: Path) -> None:
    preview = event_log.read(Log().write(tmp_path))
    found = build("prod", preview, RULES, (), Allowed(), TODAY)
    assert found.refusals == ("no policy was run: preview with --policy-pack policies",)


def test_a_mandatory_rule_that_ran_on_none_of_its_resources_is_refused(tmp_path: Path) -> None:
    log = Log().step("create", "api-1", new={"inputs": {"healthcheck": HEALTH}})
    found = report(tmp_path, log, ran=tuple({*EVERY_RULE} - {"no-privileged"}))
    assert found.refusals == ("1 mandatory rules ran on nothing, and should have: no-privileged",)
    assert "| no-privileged | 1 | 0 | 0 |" in markdown(found)


def test_one_rule_that_ran_does_not_stand_for_all(tmp_path: Path) -> None:
    log = Log().step("create", "api-1", new={"inputs": {"healthcheck": HEALTH}})
    assert "and should have" in report(tmp_path, log, ran=("no-privileged",)).refusals[0]


def test_what_does_not_change_is_due_for_its_rules_as_well(tmp_path: Path) -> None:
    state = {"inputs": {"healthcheck": HEALTH}}
    log = Log().step("same", "api-1", old=state, new=state)
    assert not report(tmp_path, log, ran=tuple({*EVERY_RULE} - {"no-privileged"})).allowed


@pytest.mark.parametrize(
    ("rule", "inputs"),
    [
        ("safe-update-config", {"healthcheck": HEALTH}),  # of Swarm services
        ("require-healthcheck", {"restart": "no", "mustRun": False, "start": False}),  # not of jobs
        ("healthcheck-changes-replace", {"healthcheck": HEALTH}),  # the pack can't see it
    ],
)
def test_a_rule_with_nothing_of_its_own_in_the_plan_need_not_run(
    tmp_path: Path, rule: str, inputs: dict[str, Any]
) -> None:
    log = Log().step("create", "x", new={"inputs": inputs})
    assert report(tmp_path, log, ran=tuple({*EVERY_RULE} - {rule})).allowed


def test_what_goes_is_due_for_no_rule(tmp_path: Path) -> None:
    job = {"inputs": {"restart": "no", "mustRun": False, "start": False}}
    log = Log().step("delete", "migrations", old=job)
    assert report(tmp_path, log, ran=tuple({*EVERY_RULE} - {"no-privileged"})).allowed


def test_a_preview_that_failed_is_refused_with_its_reason(tmp_path: Path) -> None:
    log = Log().event(diagnosticEvent={"severity": "error", "message": "host: no such host\nmore"})
    assert report(tmp_path, log).refusals == ("the preview failed: host: no such host",)


def test_a_wrong_stack_file_is_refused_with_all_its_mistakes(tmp_path: Path) -> None:
    said = (
        "stack 'prod' has 2 mistakes:\n  - tls-key: is missing\n  - host: is wrong\nNothing more."
    )
    log = Log().event(diagnosticEvent={"severity": "error", "message": said})
    assert report(tmp_path, log, ran=()).refusals == (
        "the preview failed: stack 'prod' has 2 mistakes:",
        "tls-key: is missing",
        "host: is wrong",
    )


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
    assert "`envs` TOKEN; `image` v1 → v2" in text


def test_the_comment_fits_its_limit_and_keeps_verdict_and_gaps(tmp_path: Path) -> None:
    log = Log()
    for number in range(900):
        log.server(f"api-{number}", "create-replacement", "delete-replaced", "image", "envs")
        log.violated("require-pids-limit", "advisory", f"api-{number}")
        log.step("create", f"s{number}-x", "docker:index/network:Network", new={})
    log.server("nginx", "delete-replaced", "create-replacement")
    found = report(tmp_path, log, backups="Newest backup 3 h ago.")
    assert len(markdown(found, limit=10**9)) > 64_000
    text = markdown(found)
    assert len(text) <= 64_000
    assert text.startswith(marker("prod"))
    assert "nginx: a gap" in text
    assert "| nginx | 🟠 gap |" in text
    assert "Newest backup 3 h ago." in text


def test_a_thousand_refusals_fit_as_well(tmp_path: Path) -> None:
    log = Log()
    for number in range(2000):
        log.server(f"server-{number}", "delete-replaced", "create-replacement")
    text = markdown(report(tmp_path, log))
    assert len(text) <= 64_000
    assert "⛔" in text
    assert "more" in text


def test_replicas_share_a_row_and_a_reason_names_what_differs(tmp_path: Path) -> None:
    log = Log()
    states: dict[str, Any] = {
        "old": {"inputs": {"name": "host-a"}},
        "new": {"inputs": {"name": "host-b"}},
    }
    log.step("create-replacement", "api-secrets", VOLUME, ("labels",), **states)
    for name in ("api-1", "api-2"):
        old, new = (
            replica(volumes=[{"volumeName": v, "readOnly": True}]) for v in ("host-a", "host-b")
        )
        log.step("create-replacement", name, CONTAINER, ("volumes",), old=old, new=new)
        log.step("delete-replaced", name, old=old)
    text = markdown(report(tmp_path, log))
    assert "| api | api-1, api-2 | replace | `volumes` api-secrets |" in text
    assert "And 1 Files." in text


def test_the_worst_violation_is_first_and_the_same_one_is_told_once(tmp_path: Path) -> None:
    log = Log().violated("no-latest-tag", resource="api-1")
    log.violated("no-latest-tag", resource="api-2")
    text = markdown(report(tmp_path, log))
    assert "| [no-latest-tag](docs/rules.md#no-latest-tag) | high | api-1, api-2 | fact." in text


def test_the_picture_is_shown_before_and_after_when_it_changes(tmp_path: Path) -> None:
    log = Log()
    for kind, text in (("old", "flowchart LR\n a\n"), ("new", "flowchart LR\n b\n")):
        state = {kind: {"outputs": {"picture": text}}}
        urn = "urn:pulumi:prod::task-tracker::pulumi:pulumi:Stack::task-tracker-prod"
        event = {"metadata": {"op": "same", "urn": urn, "type": event_log.STACK, **state}}
        log.event(**{"resourcePreEvent" if kind == "old" else "resOutputsEvent": event})
    text = markdown(report(tmp_path, log))
    assert "Before:\n```mermaid\nflowchart LR\n a\n```" in text
    assert "After:\n```mermaid\nflowchart LR\n b\n```" in text


def test_sarif_names_every_rule_and_each_finding(tmp_path: Path) -> None:
    found = sarif(report(tmp_path, Log().violated("no-latest-tag")), RULES)
    run = found["runs"][0]
    assert {rule.id for rule in RULES} < {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert [(r["ruleId"], r["level"]) for r in run["results"]] == [("no-latest-tag", "error")]


def test_sarif_has_what_is_refused_and_nothing_of_a_like_name(tmp_path: Path) -> None:
    log = Log()
    for name in ("nats", "nats-2"):
        log.server(name, "delete-replaced", "create-replacement")
    found = sarif(report(tmp_path, log, gaps=("nats",)), RULES)
    told = [r["locations"][0]["logicalLocations"][0]["name"] for r in found["runs"][0]["results"]]
    assert told == ["nats-2"]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"resourcePreEvent": {}}, "resourcePreEvent.metadata is missing"),
        ({"resourcePreEvent": None}, "resourcePreEvent: Input should be"),
        ({"resourcePreEvent": {"metadata": {"op": "same", "urn": "u", "type": "t"}}}, "urn"),
        ({"resOutputsEvent": {"metadata": []}}, "resOutputsEvent.metadata: Input should be"),
        (
            {"policyEvent": {"policyName": "a", "enforcementLevel": "mandatory"}},
            "policyEvent.message is missing",
        ),
        ({"policyAnalyzeSummaryEvent": {"passed": "all"}}, "passed: Input should be"),
        ({"diagnosticEvent": {}}, "diagnosticEvent.severity is missing"),
    ],
)
def test_an_event_that_lacks_something_is_refused_with_its_line_and_what(
    tmp_path: Path, event: dict[str, Any], message: str
) -> None:
    file = tmp_path / "events.json"
    file.write_text('{"sequence": 0}\n' + json.dumps({"sequence": 1, **event}))
    with pytest.raises(event_log.BadEventLog, match=f"events.json: line 2: .*{message}"):
        event_log.read(file)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_bytes(b"\x7fELF\xff\xfe")
    with pytest.raises(event_log.BadEventLog, match="is not text; is it an event log"):
        event_log.read(file)


def test_a_line_is_what_ends_in_a_newline(tmp_path: Path) -> None:
    log = Log().event(diagnosticEvent={"severity": "error", "message": "x"})
    file = log.write(tmp_path)
    file.write_text(file.read_text().replace('"x"', '"no\u0085host"'))
    assert event_log.read(file).errors == ["no\u0085host"]


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


def status(folder: Path, stack: str = "prod", **more: Path) -> int:
    """The exit status of the command on a stack file in a folder."""
    try:
        command.main(stack, more.get("log"), more.get("output"), folder)
    except typer.Exit as end:
        return end.exit_code
    return 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"config: [", "is not YAML in line 1"),
        (b"a: b: canary", "is not YAML in line 1"),
        (b"\xff\xfe", "is not text"),
        (b"- canary", "`config` is no mapping"),
        (b"config: {task-tracker:stack: canary}", "`task-tracker:stack` is no mapping"),
        (b"config: {task-tracker:stack: {gaps: canary}}", "`gaps` is no list of names"),
        (b"config: {task-tracker:stack: {losses: [{canary: 1}]}}", "`losses` is no list of names"),
    ],
)
def test_a_malformed_stack_file_is_told_without_its_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_bytes(content)
    assert status(tmp_path) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert message in said
    assert "canary" not in said


def test_the_log_of_another_stack_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {task-tracker:stack: {gaps: []}}")
    log = Log().step("same", "api-1").write(tmp_path)
    assert status(tmp_path, "dev", log=log) == 2
    assert "is of stack prod, not of dev" in " ".join(capsys.readouterr().err.split())


def test_gaps_and_losses_are_read_from_the_stack_file(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text(
        "config: {task-tracker:stack: {gaps: [nginx], losses: [postgres-data]}}"
    )
    log = Log().server("nginx", "delete-replaced", "create-replacement")
    log.step("delete", "postgres-data", VOLUME, old={"protect": True}).passed(*EVERY_RULE)
    assert status(tmp_path, log=log.write(tmp_path)) == 0


def test_an_output_that_can_not_be_written_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {task-tracker:stack: {}}")
    log = Log().passed(*EVERY_RULE).write(tmp_path)
    assert status(tmp_path, log=log, output=log) == 2
    assert "cannot be written to" in " ".join(capsys.readouterr().err.split())
