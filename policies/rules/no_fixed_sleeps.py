"""A pause that is long enough today is too short on a busy day, and too long on all others."""

import re
from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

SLEEP = re.compile(r"(?:^|[;&|\s'\"(])sleep\s+[\d.]+[smhd]?\s*(?:;|&&|\n)")


def check(resource: Planned, _: Config) -> Iterator[str]:
    words = resource.workload.command
    if any(SLEEP.search(word) for word in words):
        yield "its command sleeps for a fixed time before it works"


rule = Rule(
    id="no-fixed-sleeps",
    title="Nothing starts on a guess",
    severity=Severity.low,
    frameworks=("audit H7",),
    why=__doc__,
    mend="Depend on the other's health; let the program retry with a deadline.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(container(command=["uvicorn", "app:api"]), service()),
    fails=(
        container(command=["sh", "-c", "sleep 5 && uvicorn app:api"]),
        container(command=["sh", "-c", "sleep 0.5; uvicorn app:api"]),
        service(spec={"args": ["sh", "-c", "sleep 10; exec worker"]}),
    ),
    check=check,
)
