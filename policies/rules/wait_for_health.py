"""What depends on a server starts when it is healthy, not when its process exists; and an update
that doesn't wait calls a crash a success. The provider waits while it creates a container; a
command that proves health does so each time it has to.
"""

import re
from collections.abc import Iterator

from policies.example import container, planned, service, stack
from policies.inputs import Undecided
from policies.naming import is_automatic
from policies.planned import COMMAND, CONTAINER, Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    proofs = list(_proofs(stack))
    for resource in stack.workloads:
        try:
            if resource.workload.is_job:
                continue
            if resource.workload.swarm:
                everywhere = resource.inputs.inside("mode").flag("global")  # excludes it
                if not resource.inputs.has("convergeConfig") and not everywhere:
                    yield (
                        resource,
                        "convergeConfig is not set: an update ends before it has happened",
                    )
            elif not resource.inputs.flag("wait") and not _proven(resource, proofs):
                yield resource, "nothing waits for its health, so dependants start on a guess"
        except Undecided as unknown:
            yield resource, unknown


def _proofs(stack: Stack) -> Iterator[list[str]]:
    """The words of the commands that wait for something healthy."""
    for resource in stack.of(COMMAND):
        inputs = resource.inputs
        if not inputs.known("create") or not inputs.known("environment"):
            continue
        environment = inputs.inside("environment")
        scripts = [environment.text(name) for name in environment.data if environment.known(name)]
        if "healthy" in inputs.text("create") or any("healthy" in text for text in scripts):
            yield re.split(r"[\s'\"]+", inputs.text("create"))


def _proven(resource: Planned, proofs: list[list[str]]) -> bool:
    own = resource.inputs.text("name") if resource.inputs.known("name") else ""
    return any(
        word == own or is_automatic(word, resource.name) for words in proofs for word in words
    )


rule = Rule(
    id="wait-for-health",
    title="Nothing goes on before a server is healthy",
    severity=Severity.high,
    frameworks=("audit H7", "audit I5"),
    why=__doc__,
    mend="Set `wait` (a service: `convergeConfig`), or prove its health by a command.",
    levels=DEPLOYED,
    passes=(
        stack(container("a", wait=True)),
        stack(
            planned(CONTAINER, "b", name="b"),
            planned(COMMAND, "b-healthy", create='sh -c "$PROVE_HEALTHY" prove-healthy 30 b'),
        ),
        stack(service(convergeConfig={"timeout": "3m"})),
    ),
    fails=(
        stack(container("a")),
        stack(planned(CONTAINER, "b", name="b"), planned(COMMAND, "run", create="docker start b")),
        stack(service()),
    ),
    check=check,
)
