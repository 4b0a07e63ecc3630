"""Every rule on its own examples, as the policy SDK hands resources to a pack."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.configuration import Misconfigured, configure
from policies.exceptions import Exemption
from policies.finding import Finding, Kind
from policies.judge import Judge
from policies.planned import CONTAINER, SERVICE, WORKLOADS, Options, Planned, Stack
from policies.registry import RULES
from policies.rule import Config, Level, Rule
from policies.values import UNKNOWN, plain

CANARY = "c4n4ry-0f-a-s3cret"
REVIEWED = hashlib.sha256(b'{"defaultAction":"SCMP_ACT_ALLOW"}').hexdigest()
OF_RESOURCES = [rule for rule in RULES if rule.applies]


def through_proxies(resource: Planned) -> Planned:
    """The resource as the pack would read it from the SDK's own proxies."""
    proxied = unknown_checking_proxy(_sentinels(copy.deepcopy(resource.data)))
    return replace(resource, data=plain(proxied))


def _sentinels(value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN_STRING_VALUE
    if isinstance(value, Mapping):
        return {key: _sentinels(item) for key, item in value.items()}
    return [_sentinels(item) for item in value] if isinstance(value, list) else value


def judged(rule: Rule, subject: Planned | Stack, **given: Any) -> list[Finding]:
    """What one rule finds in an example, and nothing about coverage or exceptions."""
    judge = Judge([rule], **given)
    if isinstance(subject, Planned):
        return list(judge.resource(through_proxies(subject)))
    judge.settings = subject.settings
    judge.seen = {r.urn: through_proxies(r) for r in subject.resources}
    return list(judge.stack(subject.name, "urn:pulumi:prod::p::pulumi:pulumi:Stack::s"))


def examples(which: str) -> list[Any]:
    return [
        pytest.param(rule, subject, id=f"{rule.id}-{index}")
        for rule in RULES
        for index, subject in enumerate(getattr(rule, which))
    ]


@pytest.mark.parametrize(("rule", "subject"), examples("passes"))
def test_a_rule_passes_what_keeps_its_law(rule: Rule, subject: Planned | Stack) -> None:
    assert judged(rule, subject) == []


@pytest.mark.parametrize(("rule", "subject"), examples("fails"))
def test_a_rule_fails_what_breaks_its_law(rule: Rule, subject: Planned | Stack) -> None:
    found = judged(rule, subject)
    assert {finding.kind for finding in found} == {Kind.violation}
    assert all(rule.mend in finding.message for finding in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_is(rule: Rule) -> None:
    assert rule.check.__module__ == f"policies.rules.{rule.id.replace('-', '_')}"
    assert rule.frameworks, "a rule without a source is an opinion"
    assert rule.why.strip()
    assert rule.mend.endswith((".", '"]'))
    assert rule.title[0].isupper() and not rule.title.endswith(".")
    assert rule.levels.prod >= rule.levels.staging >= rule.levels.dev
    assert Level.remediate not in (rule.levels.staging, rule.levels.prod)
    assert (rule.levels.dev is Level.remediate) == (rule.remedy is not None)


@pytest.mark.parametrize("rule", OF_RESOURCES, ids=lambda rule: rule.id)
def test_a_rule_has_examples_of_every_kind_of_workload(rule: Rule) -> None:
    for which in (rule.passes, rule.fails):
        kinds = {subject.type for subject in which if isinstance(subject, Planned)}
        assert {*WORKLOADS} & {*rule.applies} <= kinds


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of everything in the inputs that could be unknown."""
    if path:
        yield path
    keys = list(value) if isinstance(value, dict) else []
    keys = list(range(len(value))) if isinstance(value, list) else keys
    for key in keys:
        yield from leaves(value[key], (*path, key))


def with_unknown(resource: Planned, path: tuple[Any, ...]) -> Planned:
    data = copy.deepcopy(resource.data)
    here = data
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = UNKNOWN
    return Planned(resource.type, resource.urn, data, resource.options)


@pytest.mark.parametrize("rule", OF_RESOURCES, ids=lambda rule: rule.id)
def test_no_unknown_value_breaks_a_rule(rule: Rule) -> None:
    for subject in (*rule.passes, *rule.fails):
        assert isinstance(subject, Planned)
        for path in leaves(subject.data):
            kinds = {finding.kind for finding in judged(rule, with_unknown(subject, path))}
            assert Kind.broken not in kinds, f"{path} unknown"


# Of these, what makes the example fail is that something is missing, or an option, not an input.
ABSENT = {
    "create-before-replace",
    "declared-containers",
    "healthcheck-changes-replace",
}


@pytest.mark.parametrize("rule", OF_RESOURCES, ids=lambda rule: rule.id)
def test_a_rule_that_reads_an_unknown_value_is_undecided_and_not_passed(rule: Rule) -> None:
    undecided = []
    for subject in (*rule.passes, *rule.fails):
        assert isinstance(subject, Planned)
        for path in leaves(subject.data):
            undecided += [
                finding
                for finding in judged(rule, with_unknown(subject, path))
                if finding.kind is Kind.undecided
            ]
    assert undecided or rule.id in ABSENT, "no input it reads can be unknown"
    assert all(
        finding.level is rule.levels.prod and "can't be decided at preview" in finding.message
        for finding in undecided
        if finding.urn.startswith("urn:pulumi:prod")
    )


@pytest.mark.parametrize("rule", OF_RESOURCES, ids=lambda rule: rule.id)
def test_an_exception_excuses_one_rule_on_one_resource(rule: Rule) -> None:
    subject = next(s for s in rule.fails if isinstance(s, Planned) and s.environment == "prod")
    today = date(2026, 1, 1)
    exemption = Exemption(
        rule=rule.id,
        stack="prod",
        resource=subject.name[:4] + "*",
        reason="moves to a volume in March",
        approver="ops",
        expires=today + timedelta(days=9),
    )
    found = judged(rule, subject, exemptions=[exemption], today=today)
    assert {finding.kind for finding in found} == {Kind.excused}
    assert all(not finding.blocks and "9 days left" in finding.message for finding in found)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_misspelled_value_of_a_rule_is_refused(rule: Rule) -> None:
    with pytest.raises(Misconfigured, match=f"{rule.id}.mispelled: Extra inputs are not permitted"):
        configure(RULES, {rule.id: {"mispelled": 1}}, "config.yaml")


def allowing(id: str, values: dict[str, Any], index: int = 0) -> Any:
    rule = next(rule for rule in RULES if rule.id == id)
    return pytest.param(rule, values, rule.fails[index], id=id)


@pytest.mark.parametrize(
    ("rule", "values", "subject"),
    [
        allowing("restrict-added-capabilities", {"allowed": ["CHOWN"]}),
        allowing("non-root-user", {"images_with_user": ["library/api"]}),
        allowing("no-unconfined-security-profile", {"seccomp": [REVIEWED]}, 1),
        allowing("no-host-devices", {"allowed": ["/dev/sda"]}),
        allowing("no-unsafe-sysctls", {"safe": ["kernel.msgmax"]}),
        allowing("ulimits-reviewed", {"highest": {"nofile": 99999999}}, 1),
        allowing("no-sensitive-host-mounts", {"allowed": ["/etc"]}),
        allowing("no-bind-mounts", {"allowed": ["/srv/app"]}),
        allowing("configuration-read-only", {"places": ["/other"]}),
        allowing("bind-published-ports", {"public": {"": [5432]}}),
        allowing("no-privileged-ports", {"public": {"": [543]}}),
        allowing("monitoring-port-not-published", {"ports": [9100]}),
        allowing("backend-network-internal", {"internal": ["other"]}),
        allowing("only-edge-publishes", {"edge": [""]}),
        allowing("segmentation", {"outer": []}),
        allowing("restart-policy", {"servers": ["no"]}),
        allowing("bounded-retries", {"most_tries": 50}, 1),
        allowing("log-rotation", {"most_megabytes": 30_000}, 5),
        allowing("tmpfs-bounded", {"most_megabytes": 100_000}, 2),
        allowing("declared-networks", {"allowed": ["elsewhere"]}),
        allowing("require-healthcheck", {"images_with_healthcheck": ["library/x"]}),
        allowing("healthcheck-timing", {"longest_seconds": 99999}, 1),
        allowing("stop-gracefully", {"least_seconds": 0}),
        allowing("stop-signal", {"services": {}}),
        allowing("replicas-in-prod", {"least": 1}),
        allowing("metrics-kept", {"least_days": 1}),
        allowing("versioned-images", {"own": []}, 3),
        allowing("allowed-registries", {"allowed": ["evil.example/*"]}),
        allowing("no-secrets-in-env", {"allowed": ["POSTGRES_PASSWORD"]}),
        allowing("require-labels", {"required": []}),
        allowing("guarded-admin", {"services": {}}),
        allowing("configured-processes", {"services": {}}),
        allowing("protect-data-volumes", {"disposable": ["*"]}),
        allowing("backups-in-prod", {"disposable": ["postgres"]}),
        allowing("one-release", {"parts": ["api"]}),
        allowing("pools-fit-database", {"generations": 1, "reserved": 0}),
        allowing("own-users", {"superusers": []}),
        allowing("edge-configuration-known", {"edge": []}),
        allowing("nginx-body-limit", {"highest_megabytes": 99999}, 2),
        allowing("nginx-rate-limit", {"highest_per_second": 1e9}),
        allowing("nginx-routes", {"routes": {}}),
        allowing("nats-configuration-known", {"nats": []}),
        allowing("migrations-first", {"released": []}),
        allowing("proven-restore", {"backup_hours": 999999}),
        allowing("require-memory-limit", {"highest_megabytes": 1}),
    ],
)
def test_a_configuration_changes_what_a_rule_asks_for(
    rule: Rule, values: dict[str, Any], subject: Planned | Stack
) -> None:
    before = judged(rule, subject)
    after = judged(rule, subject, configuration=configure([rule], {rule.id: values}, "test"))
    assert len(after) < len(before) or rule.id in ("require-memory-limit", "versioned-images")


def test_every_rule_with_values_is_tried_with_some() -> None:
    mark = test_a_configuration_changes_what_a_rule_asks_for.pytestmark[0]
    tried = {param.id for param in mark.args[1]}
    assert {rule.id for rule in RULES if rule.config is not Config} <= tried


def test_no_message_holds_a_value_that_may_be_secret() -> None:
    words = ["--password", CANARY, f"--token={CANARY}", f"postgres://api:{CANARY}@postgres/x"]
    upload = {"file": "/run/secrets/k", "content": f"-----BEGIN PRIVATE KEY-----{CANARY}"}
    hba = {"file": "/etc/pg_hba.conf", "content": f"host all {CANARY} 0.0.0.0/0 trust"}
    probe = {"tests": ["CMD", "curl", f"http://u:{CANARY}@x/"]}
    labels = [{"label": "api.token", "value": CANARY}]
    loose: dict[str, dict[str, Any]] = {
        CONTAINER: {
            "image": "nats",
            "envs": [f"API_TOKEN={CANARY}", f"URL=amqp://a:{CANARY}@b/"],
            "command": words,
            "uploads": [upload, hba],
            "healthcheck": probe,
            "labels": labels,
        },
        SERVICE: {
            "taskSpec": {
                "containerSpec": {
                    "image": "nats",
                    "env": {"API_TOKEN": CANARY},
                    "args": words,
                    "healthcheck": probe,
                    "labels": labels,
                }
            }
        },
    }
    judge = Judge(RULES)
    found: list[Finding] = []
    for type, data in loose.items():
        urn = f"urn:pulumi:prod::p::{type}::loose"
        found += judge.resource(Planned(type, urn, data, Options()))
    found += judge.stack("prod", "urn:pulumi:prod::p::pulumi:pulumi:Stack::s")
    told = {finding.rule.id for finding in found}
    assert {"no-secrets-in-env", "no-secrets-in-args", "no-secrets-in-configuration"} <= told
    assert [finding.rule.id for finding in found if CANARY in finding.message] == []
