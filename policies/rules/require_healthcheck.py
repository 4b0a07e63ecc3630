"""Without a probe a server that hangs is a server that runs: nothing waits for it, nothing
replaces it.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.example import container, service
from policies.exempt import jobs
from policies.image import parse
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Images(Config):
    """Repositories (globs) whose images are known to have a health check of their own."""

    images_with_healthcheck: tuple[str, ...] = ()


def check(resource: Planned, config: Images) -> Iterator[str]:
    health = resource.workload.spec.inside("healthcheck")
    if health.get("tests"):
        return
    repository = parse(resource.workload.image).repository
    if not any(fnmatchcase(repository, known) for known in config.images_with_healthcheck):
        yield "it has no health check"


rule = Rule(
    id="require-healthcheck",
    title="Every server has a health check",
    severity=Severity.high,
    frameworks=(
        "CIS 4.6",
        "CIS 5.27",
        "KICS 698ed579",
        "Trivy DS-0026",
        "CKV_DOCKER_2",
        "audit H6",
        "audit H5",
    ),
    why=__doc__,
    mend="Set `healthcheck.tests` to a command that asks the service something.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Images,
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
        service(spec={"healthcheck": {"tests": ["CMD", "pg_isready"]}}),
    ),
    fails=(
        container(image="x:v1"),
        container(image="x:v1", healthcheck={"tests": []}),
        service(spec={"image": "x:v1"}),
    ),
    check=check,
)
