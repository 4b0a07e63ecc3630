"""By its label one knows whose a container is, on the host as in a plan; rules tell services apart
by it.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Labels(Config):
    """Labels every container has."""

    required: tuple[str, ...] = ("tasktracker.service",)


def check(resource: Planned, config: Labels) -> Iterator[str]:
    labels = resource.workload.labels()
    for name in config.required:
        if labels.get(name) in (None, ""):
            yield f"it has no label {name}"


rule = Rule(
    id="require-labels",
    title="Containers say what they are",
    severity=Severity.low,
    frameworks=("hadolint DL3049", "audit I5"),
    why=__doc__,
    mend="Add the label.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Labels,
    passes=(
        container(labels=[{"label": "tasktracker.service", "value": "api"}]),
        service(spec={"labels": [{"label": "tasktracker.service", "value": "api"}]}),
    ),
    fails=(container(), service(labels=[{"label": "tasktracker.service", "value": ""}])),
    check=check,
)
