"""The engine's defaults (30 s, three times) leave a dead server in service for two minutes; a
probe without a timeout of its own can hang as long as its server does.
"""

from collections.abc import Iterator

from policies.duration import seconds
from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Times(Config):
    """The longest time, in seconds, a server may be dead and still count as healthy."""

    longest_seconds: float = 150


def check(resource: Planned, config: Times) -> Iterator[str]:
    health = resource.workload.spec.inside("healthcheck")
    if list(health.texts("tests"))[:1] in ([], ["NONE"]):
        return
    interval, timeout = seconds(health.text("interval")), seconds(health.text("timeout"))
    retries = health.number("retries")
    for name, value in (("interval", interval), ("timeout", timeout), ("retries", retries)):
        if value <= 0:
            yield f"healthcheck.{name} is not set"
    dead = retries * (interval + timeout)
    if dead > config.longest_seconds:
        yield f"it counts as healthy for {dead:.0f} s after it died"


rule = Rule(
    id="healthcheck-timing",
    title="Health checks find a dead server in time",
    severity=Severity.medium,
    frameworks=("audit H1", "audit H2", "audit H3", "audit H4"),
    why=__doc__,
    mend="Set interval, timeout and retries so that their product stays in the bound.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Times,
    exempt=jobs,
    passes=(
        container(
            healthcheck={
                "tests": ["CMD", "pg_isready"],
                "interval": "10s",
                "timeout": "5s",
                "retries": 3,
            }
        ),
        container(),
        service(
            spec={
                "healthcheck": {
                    "tests": ["CMD", "x"],
                    "interval": "1m0s",
                    "timeout": "10s",
                    "retries": 2,
                }
            }
        ),
    ),
    fails=(
        container(healthcheck={"tests": ["CMD", "x"], "interval": "0s", "timeout": "0s"}),
        service(
            spec={
                "healthcheck": {
                    "tests": ["CMD", "x"],
                    "interval": "1h0m0s",
                    "timeout": "1s",
                    "retries": 3,
                }
            }
        ),
    ),
    check=check,
)
