"""Each server has a signal by which it ends what it began: nginx and postgres take SIGTERM for
something else.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Signals(Config):
    """The signals a service stops well by."""

    services: dict[str, tuple[str, ...]] = {
        "postgres": ("SIGINT", "INT", "2"),
        "nginx": ("SIGQUIT", "QUIT", "3"),
    }


def check(resource: Planned, config: Signals) -> Iterator[str]:
    signal = resource.workload.spec.text("stopSignal")
    right = config.services.get(resource.workload.service)
    if signal and right and signal.upper() not in right:
        yield f"stopSignal is {signal}, not {right[0]}"


rule = Rule(
    id="stop-signal",
    title="Each server stops by its own signal",
    severity=Severity.medium,
    frameworks=("audit R3",),
    why=__doc__,
    mend="Set `stopSignal` to it, or leave it to the image.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Signals,
    exempt=jobs,
    passes=(
        container(
            stopSignal="SIGINT", labels=[{"label": "tasktracker.service", "value": "postgres"}]
        ),
        service(),
    ),
    fails=(
        container(
            stopSignal="SIGTERM", labels=[{"label": "tasktracker.service", "value": "postgres"}]
        ),
        service(
            labels=[{"label": "tasktracker.service", "value": "nginx"}],
            spec={"stopSignal": "SIGTERM"},
        ),
    ),
    check=check,
)
