"""Two weeks of figures are the least that shows whether something got worse."""

import re
from collections.abc import Iterator

from policies.example import container, service
from policies.image import parse
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

DAYS = {"d": 1.0, "w": 7.0, "y": 365.0, "h": 1 / 24}


class Kept(Config):
    """The least days Prometheus keeps what it scraped (its own default is 15)."""

    least_days: float = 15


def check(resource: Planned, config: Kept) -> Iterator[str]:
    if parse(resource.workload.image).name != "prometheus":
        return
    for word in resource.workload.command:
        found = re.search(r"storage\.tsdb\.retention\.time[= ](\d+)([a-z])", word)
        days = int(found[1]) * DAYS.get(found[2], 0) if found else config.least_days
        if days < config.least_days:
            yield f"figures are kept for {days:.0f} days"


rule = Rule(
    id="metrics-kept",
    title="Figures are kept long enough to compare",
    severity=Severity.low,
    frameworks=("audit O1",),
    why=__doc__,
    mend="Raise --storage.tsdb.retention.time.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Kept,
    passes=(
        container(image="prom/prometheus:v3.5.0", command=["--storage.tsdb.retention.time=30d"]),
        service(spec={"image": "prom/prometheus:v3.5.0"}),
    ),
    fails=(
        container(image="prom/prometheus:v3.5.0", command=["--storage.tsdb.retention.time=200h"]),
        service(
            spec={"image": "prom/prometheus:v3.5.0", "args": ["--storage.tsdb.retention.time=2d"]}
        ),
    ),
    check=check,
)
