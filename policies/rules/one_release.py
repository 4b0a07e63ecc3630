"""A release is a whole: an api of one version on tables of another is a state nobody has tested,
and no rollback leads back to it.
"""

from collections import defaultdict
from collections.abc import Iterator

from policies.example import container, service, stack
from policies.image import parse
from policies.inputs import Undecided
from policies.planned import Stack
from policies.rule import DEPLOYED, Config, Found, Rule, Severity
from policies.workload import Workload


class Parts(Config):
    """Services that are released together."""

    parts: tuple[str, ...] = ("api", "worker", "migrations", "dashboard", "bot")


def check(stack: Stack, config: Parts) -> Iterator[Found]:
    releases: dict[str, list[str]] = defaultdict(list)
    for resource in stack.workloads:
        try:
            workload = resource.workload
            if workload.service in config.parts and not workload.is_filler:
                releases[_release(workload)].append(resource.name)
        except Undecided as unknown:
            yield resource, unknown
    if len(releases) > 1:
        parts = (f"{release}: {', '.join(sorted(names))}" for release, names in releases.items())
        yield f"the stack holds {len(releases)} releases ({'; '.join(sorted(parts))})"


def _release(workload: Workload) -> str:
    """What the label says, else the tag, else the digest."""
    image = parse(workload.image)
    return workload.label("tasktracker.release") or image.tag or image.digest


rule = Rule(
    id="one-release",
    title="All services are of one release",
    severity=Severity.high,
    frameworks=("audit I6", "audit I7"),
    why=__doc__,
    mend="Set the release once, in the stack file; images and labels follow.",
    levels=DEPLOYED,
    config=Parts,
    passes=(
        stack(
            container(
                "api", image="api:v1.0.0", labels=[{"label": "tasktracker.service", "value": "api"}]
            ),
            container(
                "worker",
                image="worker:v1.0.0",
                labels=[{"label": "tasktracker.service", "value": "worker"}],
            ),
        ),
    ),
    fails=(
        stack(
            container(
                "api", image="api:v1.0.0", labels=[{"label": "tasktracker.service", "value": "api"}]
            ),
            service(
                "worker",
                spec={
                    "image": "worker:v1.0.1",
                    "labels": [{"label": "tasktracker.service", "value": "worker"}],
                },
            ),
        ),
    ),
    check=check,
)
