"""With * every page a user has open may call the API with what it knows of them."""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

NAMES = {
    "CORS_ORIGINS",
    "CORS_ALLOWED_ORIGINS",
    "ALLOWED_ORIGINS",
    "CORS_ALLOW_ORIGINS",
    "CORS_ORIGIN",
}


def check(resource: Planned, _: Config) -> Iterator[str]:
    for name, value in resource.workload.environment():
        if name in NAMES and "*" in str(value):
            yield f"{name} lets every site call"


rule = Rule(
    id="explicit-origins",
    title="CORS lists its origins",
    severity=Severity.high,
    frameworks=("audit E8",),
    why=__doc__,
    mend="List the origins, comma-separated.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(envs=["CORS_ORIGINS=https://tasks.example.com"]), service()),
    fails=(
        container(envs=["CORS_ORIGINS=*"]),
        service(spec={"env": {"CORS_ORIGINS": "https://*.example.com"}}),
    ),
    check=check,
)
