"""What depends on a server starts when it is healthy, not when its process exists; and an update
that doesn't wait calls a crash a success. The provider waits while it creates a container; a
command that proves health does so each time it has to.
"""

import re
from collections.abc import Iterator

from policies.example import container, planned, service, stack
from policies.inputs import Undecided
from policies.naming import origins
from policies.planned import COMMAND, CONTAINER, Planned, Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    waiting = [command for command in stack.of(COMMAND) if _waits(command)]
    words = {w for c in waiting if c.inputs.known("create") for w in _words(c)}
    made = {origin for word in words for origin in origins(word)}
    unread = [command for command in waiting if not command.inputs.known("create")]
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
            elif not resource.inputs.flag("wait") and not (
                _own(resource) in words or resource.name in made
            ):
                for command in unread:
                    command.inputs.text("create")  # undecided: it may be the proof
                yield resource, "nothing waits for its health, so dependants start on a guess"
        except Undecided as unknown:
            yield resource, unknown


def _waits(command: Planned) -> bool:
    """Whether it waits for something healthy, as far as is known."""
    inputs = command.inputs
    texts = [inputs.text("create")] if inputs.known("create") else []
    if inputs.known("environment"):
        environment = inputs.inside("environment")
        texts += [environment.text(name) for name in environment.data if environment.known(name)]
    return any("healthy" in text for text in texts)


def _words(command: Planned) -> list[str]:
    return re.split(r"[\s'\"]+", command.inputs.text("create"))


def _own(resource: Planned) -> str | None:
    """The name it is given, None where that is left to the engine."""
    return resource.inputs.text("name") or None if resource.inputs.known("name") else None


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
