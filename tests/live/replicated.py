"""A stack with two of everything that may be two: what faults and failed releases are tried on."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import stacks
from tests.live.pulumi_stack import PROJECT, PulumiStack, clear

NAME = "dev-faults"
PREFIX = f"{PROJECT}-{NAME}"
PORT = 28380
BASE = f"http://127.0.0.1:{PORT}"


def values(images: dict[str, Any]) -> dict[str, Any]:
    """The dev stack with the replicas of prod."""
    changed = stacks.dev(PREFIX, PORT) | {"release": images["release"], "images": images["images"]}
    for service in ("postgres", "api"):
        del changed[service]["published"]
        changed[service]["limits"]["cpus"] = 1
    changed["api"] |= {"replicas": 2, "processes": 1, "pool": {"size": 10, "overflow": 5}}
    changed["worker"] |= {"replicas": 2, "pool": {"size": 3, "overflow": 2}}
    changed["worker"]["limits"]["cpus"] = 1
    changed["dashboard"]["replicas"] = 2
    changed["edge"]["limits"]["cpus"] = 1
    changed["edge"]["rate_limits"] = {"api_per_second": 10000, "api_burst": 10000}
    return changed


@pytest.fixture(scope="session")
def replicated(
    request: pytest.FixtureRequest, images: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PulumiStack]:
    """The stack, up. Tests leave it as they found it: good images, everything healthy."""
    clear(NAME, PREFIX)
    stack = PulumiStack(NAME, values(images), {}, tmp_path_factory.mktemp("replicated"))
    try:
        stack.up().succeeded()
        yield stack
    finally:
        if not request.config.getoption("--keep"):
            clear(NAME, PREFIX)
