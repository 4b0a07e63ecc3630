"""A probe that prints a version or finds a process is green while the service is stuck: it hides
the failure it was made to show.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import jobs
from policies.planned import WORKLOADS, Planned
from policies.probe import hollow
from policies.rule import ALWAYS, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    health = resource.workload.spec.inside("healthcheck")
    if health.get("tests"):
        reason = hollow(list(health.texts("tests")))
        if reason:
            yield f"its health check is none: {reason}"


rule = Rule(
    id="real-healthcheck",
    title="Health checks ask the service",
    severity=Severity.high,
    frameworks=("CIS 5.27", "KICS 698ed579", "audit H1", "audit H2", "audit H3", "audit H4"),
    why=__doc__,
    mend="Ask for what a client would ask for: an HTTP GET that fails on an error, pg_isready.",
    levels=ALWAYS,
    applies=WORKLOADS,
    exempt=jobs,
    passes=(
        container(healthcheck={"tests": ["CMD", "wget", "-qO-", "http://127.0.0.1:8222/healthz"]}),
        container(),
        service(
            spec={
                "healthcheck": {
                    "tests": ["CMD-SHELL", "curl -fsS http://127.0.0.1:8000/health || exit 1"]
                }
            }
        ),
    ),
    fails=(
        container(healthcheck={"tests": ["CMD", "nats-server", "--version"]}),
        container(healthcheck={"tests": ["CMD-SHELL", "pgrep -f worker || exit 1"]}),
        container(healthcheck={"tests": ["CMD", "sh", "-c", "curl -f http://x || true"]}),
        service(spec={"healthcheck": {"tests": ["NONE"]}}),
    ),
    check=check,
)
