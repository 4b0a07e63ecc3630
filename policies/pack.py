"""The pack as the engine talks to it: the SDK's own server, with the inputs read once.

The SDK's `Analyze` decodes and wraps a resource's inputs again for each policy, gives one level per
policy whatever the environment, and lowers a mandatory rule to advisory when it meets an unknown
value. Here a resource is read once for all rules, the level is that of the stack's environment, and
what is unknown stays a finding. The stack's rules look at the same inputs: at preview they hold
more than its outputs.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import grpc
import pulumi_policy.policy as sdk
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi_policy import PolicyPack

from policies import exceptions
from policies.configuration import FILE, Configuration, Misconfigured, configure, mapping
from policies.finding import Finding
from policies.judge import Judge
from policies.planned import Options, Planned, environment_of, stack_of
from policies.policy import policy
from policies.rule import Level, Rule
from policies.values import UNKNOWN, plain

NAME = "task-tracker"
_STACK = "pulumi:pulumi:Stack"
_LOCK = threading.Lock()  # the server answers from four threads
_LEVELS = {
    Level.advisory: proto.ADVISORY,
    Level.mandatory: proto.MANDATORY,
    Level.remediate: proto.REMEDIATE,
    Level.disabled: proto.DISABLED,
}


def configured(rules: Sequence[Rule], given: Mapping[str, Any]) -> Configuration:
    """What the engine settled on: values checked by each rule's schema, stricter levels."""
    given = {id: config for id, config in given.items() if id != "all"}  # a level for every rule
    values = {id: plain(config.properties) for id, config in given.items()}
    settled = configure(rules, values, "policy pack configuration")
    of_engine = {level: own for own, level in _LEVELS.items()}
    levels = {id: of_engine[config.enforcementLevel] for id, config in given.items()}
    return Configuration(settled.values, {i: v for i, v in levels.items() if v > Level.advisory})


def settings(text: str | None) -> Mapping[str, Any]:
    """The stack file's object; whether it is right is for the program's own settings to say."""
    try:
        content = json.loads(text or "{}")
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def diagnostic(finding: Finding, urn: str) -> Any:
    """A finding as the engine prints it."""
    return proto.AnalyzeDiagnostic(
        policyName=finding.rule.id,
        policyPackName=NAME,
        description=finding.rule.title,
        message=f"{finding.rule.title}\n{finding.message}",
        urn=urn,
        enforcementLevel=_LEVELS[finding.level],
        severity=proto.PolicySeverity.Value(
            f"POLICY_SEVERITY_{finding.rule.severity.name.upper()}"
        ),
    )


@cache  # eighty for each resource, of a few hundred there are
def _not_applicable(rule: str, reason: str) -> Any:
    return proto.PolicyNotApplicable(policy_name=rule, reason=reason)


def planned(request: Any) -> Planned:
    """The resource of an analysis request."""
    options = request.options
    before = options.deleteBeforeReplace if options.deleteBeforeReplaceDefined else None
    return Planned(
        type=request.type,
        urn=request.urn,
        data=plain(request.properties),
        options=Options(options.protect, before, options.parent, tuple(options.ignoreChanges)),
    )


def _exists(resource: Any) -> bool:
    """Whether the engine has it already: in a preview what doesn't exist has no known id."""
    id = resource.properties.fields.get("id")
    return resource.type.startswith("docker:") and id is not None and plain(id) is not UNKNOWN


class Server(sdk._PolicyAnalyzerServicer):
    """The SDK's server, answering `Analyze` and `AnalyzeStack` from one judge."""

    judge: Judge

    def Configure(self, request: Any, context: Any) -> Any:
        """Take the values and levels the engine settled on (defaults, ours, the flag's)."""
        try:
            self.judge.configure(configured(self.judge.rules, request.policyConfig))
        except Misconfigured as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    def ConfigureStack(self, request: Any, context: Any) -> Any:
        """Take the stack file's object, which says how large the host is."""
        self.judge.settings = settings(request.config.get(f"{request.project}:stack"))
        return super().ConfigureStack(request, context)

    def Analyze(self, request: Any, _context: Any) -> Any:
        response = proto.AnalyzeResponse()
        resource = planned(request)
        with _LOCK:
            for finding in self.judge.resource(resource):
                response.diagnostics.append(diagnostic(finding, ""))
        response.not_applicable.extend(
            _not_applicable(id, reason) for id, reason in self.judge.outside(resource)
        )
        return response

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:
        response = proto.AnalyzeResponse()
        urn = next((r.urn for r in request.resources if r.type == _STACK), "")
        name = stack_of(urn)
        with _LOCK:
            for resource in request.resources:
                by_property = resource.propertyDependencies.values()
                others = [other for each in by_property for other in each.urns]
                self.judge.depends(resource.urn, [*resource.dependencies, *others])
            self.judge.is_new = not any(map(_exists, request.resources))
            for finding in self.judge.stack(name, urn):
                response.diagnostics.append(diagnostic(finding, finding.urn))
        return response

    def Remediate(self, request: Any, _context: Any) -> Any:
        """Mend what is safe to mend, where the environment's level says so."""
        response = proto.RemediateResponse()
        in_force = self.judge.in_force(request.type, environment_of(stack_of(request.urn)))
        mending = [
            (each.rule, each.rule.remedy)
            for each in in_force
            if each.rule.remedy and each.level is Level.remediate and not each.absent
        ]
        if not mending:
            return response
        resource = planned(request)
        for rule, remedy in mending:
            changes = remedy(resource)
            if changes is None:
                continue
            request.properties.update(changes)
            response.remediations.add(
                policyName=rule.id,
                policyPackName=NAME,
                policyPackVersion="",
                description=rule.title,
                properties=request.properties,
            )
            resource = planned(request)
        return response


def serve(rules: Sequence[Rule]) -> None:
    """Start the pack; doesn't return. Raises `Misconfigured` on a malformed file."""
    given = mapping(FILE) if FILE.exists() else {}
    configure(rules, given, str(FILE))
    Server.judge = Judge(rules, exemptions=exceptions.read(rules), mends=True)
    # The constructor below makes its server by this name, and doesn't return.
    sdk._PolicyAnalyzerServicer = Server  # type: ignore[misc]
    PolicyPack(NAME, [policy(rule) for rule in rules], initial_config=given)
