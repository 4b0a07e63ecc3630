"""The server between the engine and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import EnforcementLevel

from policies import pack
from policies.judge import Judge
from policies.planned import CONTAINER
from policies.policy import policy
from policies.registry import RULES

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Refused(Exception):
    """What gRPC raises when a call is aborted."""


class Context:
    def abort(self, code: Any, text: str) -> None:
        raise Refused(text)


@pytest.fixture
def server() -> Iterator[pack.Server]:
    pack.Server.judge = Judge(RULES, mends=True)
    policies = [policy(rule) for rule in RULES]
    made: Any = pack.Server
    yield made(pack.NAME, "1.0.0", policies, EnforcementLevel.ADVISORY)
    del pack.Server.judge


def request(stack: str, **inputs: Any) -> Any:
    made = proto.AnalyzeRequest(
        type=CONTAINER, name="c", urn=f"urn:pulumi:{stack}::p::{CONTAINER}::c"
    )
    made.properties.update({"image": "nginx:1.30.6", **inputs})
    return made


def levels(response: Any, rule: str) -> Sequence[Any]:
    return [d.enforcementLevel for d in response.diagnostics if d.policyName == rule]


@pytest.mark.parametrize(
    ("stack", "level"),
    [("dev", proto.ADVISORY), ("staging", proto.MANDATORY), ("prod", proto.MANDATORY)],
)
def test_the_level_is_that_of_the_stacks_environment(
    server: pack.Server, stack: str, level: Any
) -> None:
    response = server.Analyze(request(stack), Context())
    assert levels(response, "read-only-root-filesystem") == [level]


def test_an_unknown_value_keeps_a_rule_mandatory(server: pack.Server) -> None:
    response = server.Analyze(request("prod", privileged=UNKNOWN), Context())
    assert levels(response, "no-privileged") == [proto.MANDATORY]


def test_a_rule_that_does_not_apply_says_so(server: pack.Server) -> None:
    job = request("prod", mustRun=False, restart="no", start=False)
    reasons = {n.policy_name: n.reason for n in server.Analyze(job, Context()).not_applicable}
    assert reasons["require-healthcheck"] == "a one-shot job"
    assert reasons["encrypted-overlay"] == "of another type"
    assert "no-privileged" not in reasons


def test_the_stacks_rules_see_inputs_that_were_analyzed(server: pack.Server) -> None:
    server.Analyze(request("prod", ports=[{"internal": 80, "external": 80}]), Context())
    urn = "urn:pulumi:prod::p::pulumi:pulumi:Stack::s"
    stack = proto.AnalyzerResource(type="pulumi:pulumi:Stack", urn=urn)
    response = server.AnalyzeStack(proto.AnalyzeStackRequest(resources=[stack]), Context())
    told = [d for d in response.diagnostics if d.policyName == "only-edge-publishes"]
    assert [d.urn for d in told] == [f"urn:pulumi:prod::p::{CONTAINER}::c"]


@pytest.mark.parametrize("id", ["0a1b2c", UNKNOWN])
def test_a_stack_is_new_where_the_engine_has_none_of_its_resources(
    server: pack.Server, id: str
) -> None:
    container = proto.AnalyzerResource(type=CONTAINER)
    container.properties.update({"id": id})
    password = proto.AnalyzerResource(type="random:index/randomPassword:RandomPassword")
    password.properties.update({"id": "none"})
    asked = proto.AnalyzeStackRequest(resources=[password, container])
    server.AnalyzeStack(asked, Context())
    assert server.judge.is_new == (id == UNKNOWN)


def test_the_stack_file_says_how_large_the_host_is(server: pack.Server) -> None:
    told = proto.AnalyzerStackConfigureRequest(project="p", config={"p:stack": '{"host": {}}'})
    server.ConfigureStack(told, Context())
    assert server.judge.settings == {"host": {}}
    server.ConfigureStack(proto.AnalyzerStackConfigureRequest(project="p"), Context())
    assert server.judge.settings == {}


def test_dev_is_mended_and_prod_is_not(server: pack.Server) -> None:
    mended = {r.policyName: r for r in server.Remediate(request("dev"), Context()).remediations}
    assert mended.keys() == {"log-rotation", "require-no-new-privileges"}
    last = mended["require-no-new-privileges"].properties
    assert list(last["securityOpts"]) == ["no-new-privileges:true"]
    assert dict(last["logOpts"]) == {"max-size": "10m", "max-file": "3"}
    assert not server.Remediate(request("prod"), Context()).remediations


def test_a_mended_resource_passes(server: pack.Server) -> None:
    asked = request("dev")
    for mended in server.Remediate(asked, Context()).remediations:
        asked.properties.CopyFrom(mended.properties)
    response = server.Analyze(asked, Context())
    assert not levels(response, "log-rotation")
    assert not levels(response, "require-no-new-privileges")


def configure(**given: proto.PolicyConfig) -> Any:
    return proto.ConfigureAnalyzerRequest(policyConfig=given)


def test_a_flag_tightens_a_level_and_sets_values(server: pack.Server) -> None:
    strict = proto.PolicyConfig(enforcementLevel=proto.MANDATORY)
    loose = proto.PolicyConfig(enforcementLevel=proto.DISABLED)
    bound = proto.PolicyConfig(enforcementLevel=proto.ADVISORY)
    bound.properties.update({"highest_megabytes": 100.0})
    server.Configure(
        configure(**{
            "require-pids-limit": strict,
            "no-privileged": loose,
            "require-memory-limit": bound,
            "all": proto.PolicyConfig(),
        }),
        Context(),
    )  # fmt: skip
    response = server.Analyze(request("prod", privileged=True, memory=200), Context())
    assert levels(response, "require-pids-limit") == [proto.MANDATORY]
    assert levels(response, "no-privileged") == [proto.MANDATORY]
    assert levels(response, "require-memory-limit") == [proto.MANDATORY]


def test_a_misspelled_rule_in_the_flags_file_is_refused(server: pack.Server) -> None:
    with pytest.raises(Refused, match="no-privilegd: no such rule"):
        server.Configure(configure(**{"no-privilegd": proto.PolicyConfig()}), Context())


def test_the_sdk_lists_every_rule_with_its_metadata(server: pack.Server) -> None:
    info: Any = server.GetAnalyzerInfo(None, None)  # type: ignore[no-untyped-call]
    listed = {policy.name: policy for policy in info.policies}
    assert listed.keys() == {rule.id for rule in RULES}
    public = listed["bind-published-ports"]
    assert public.url == "docs/rules.md#bind-published-ports"
    assert public.remediation_steps.startswith("Give the port an address")
    assert "public" in public.configSchema.properties
