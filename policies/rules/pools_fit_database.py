"""A pool that may open more connections than the server has fails when it is needed most. While a
release is replaced the old containers and the new ones are both there.
"""

import re
from collections.abc import Iterator

from policies.example import container, service, stack
from policies.files import files
from policies.inputs import Undecided
from policies.planned import Stack
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.values import UNKNOWN


class Reserve(Config):
    """Connections kept for the superuser, jobs, backup and monitoring; and the server's default."""

    reserved: int = 15
    default_max_connections: int = 100
    generations: int = 2


def check(stack: Stack, config: Reserve) -> Iterator[Found]:
    needed = 0
    for resource in stack.workloads:
        given = dict(resource.workload.environment())
        if "DATABASE_POOL_SIZE" in given and not resource.workload.is_job:
            each = _number(given, "DATABASE_POOL_SIZE") + _number(given, "DATABASE_MAX_OVERFLOW")
            processes = _number(given, "WEB_CONCURRENCY", 1)
            needed += each * processes * resource.workload.replicas
    if not needed:
        return
    total = needed * config.generations + config.reserved
    slots = _slots(stack, config.default_max_connections)
    if total > slots:
        yield (
            f"pools may open {needed} connections, {config.generations} times while a release is "
            f"replaced, and {config.reserved} are reserved; max_connections is {slots}"
        )


def _number(given: dict[str, object], name: str, default: int = 0) -> int:
    value = given.get(name, default)
    if value is UNKNOWN:
        raise Undecided(f"envs.{name}")
    if not str(value).isdecimal():
        raise Undecided(f"envs.{name}", "a number")
    return int(str(value))


def _slots(stack: Stack, default: int) -> int:
    """max_connections of the server: from its command, else its configuration, else the default."""
    words = [word for r in stack.workloads for word in r.workload.command]
    texts = [file.text for file in files(stack) if file.name == "postgresql.conf"]
    if UNKNOWN in texts:
        raise Undecided("postgresql.conf")
    for text in (*words, *texts):
        if found := re.search(r"(?m)^\s*max_connections\s*=?\s*(\d+)", str(text)):
            return int(found[1])
    return default


rule = Rule(
    id="pools-fit-database",
    title="Connection pools fit the database",
    severity=Severity.high,
    frameworks=("audit C5",),
    why=__doc__,
    mend="Raise max_connections, or lower pools, processes or replicas.",
    levels=ALWAYS,
    config=Reserve,
    passes=(
        stack(
            container("api", envs=["DATABASE_POOL_SIZE=20", "DATABASE_MAX_OVERFLOW=10"]),
            container("postgres", command=["postgres", "-c", "max_connections=200"]),
        ),
        stack(),
    ),
    fails=(
        stack(
            container(
                "api",
                envs=["DATABASE_POOL_SIZE=20", "DATABASE_MAX_OVERFLOW=10", "WEB_CONCURRENCY=4"],
            ),
            container(
                "p",
                uploads=[
                    {"file": "/etc/postgresql/postgresql.conf", "content": "max_connections = 200"}
                ],
            ),
        ),
        stack(
            service(
                "w",
                spec={"env": {"DATABASE_POOL_SIZE": "20"}},
                mode={"replicated": {"replicas": 5}},
            )
        ),
    ),
    check=check,
)
