"""The stacks that live tests look at: brought up once, side by side, and taken away in the end."""

import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from images import registry
from tests.live import raising, stacks
from tests.live.bucket import Bucket, address_on_bridge, bucket
from tests.live.pulumi_stack import ROOT, PulumiStack, clear
from tests.live.replicated import replicated as replicated
from tests.live.site import Site
from tests.live.telegram import Telegram

REGISTRY = "127.0.0.1:5000"

Raised = dict[str, Future[PulumiStack]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep", action="store_true", help="leave the live stacks up, for a look")


@pytest.fixture(scope="session")
def machine() -> None:
    """A machine that live tests can run on; on any other they fail and say why."""
    if os.getuid() != 0:
        pytest.fail("live tests look into the namespaces of containers: run them as root")
    if shutil.which("pulumi") is None:
        pytest.fail("pulumi is not on PATH: run live tests by `make test`, which brings it")
    asked = subprocess.run(["docker", "info"], capture_output=True, text=True)
    if asked.returncode != 0:
        pytest.fail(f"no Docker engine answers ({asked.stderr.strip()}): `make test` starts one")


@pytest.fixture(scope="session")
def images(machine: None) -> dict[str, Any]:
    """Release and images as `images/build` has them on this machine, built where they are not."""
    _run("images/build")
    return stacks.built()


@pytest.fixture(scope="session")
def pushed(images: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The same by digest, from a registry on this machine; it runs on if it ran before."""
    ran_before = registry.running()
    output = tmp_path_factory.mktemp("pushed") / "images.json"
    try:
        _run("images/registry", "up", "--address", REGISTRY)
        _run("images/build", "--push", f"{REGISTRY}/task-tracker", "--output", str(output))
        yield json.loads(output.read_text())
    finally:
        if not ran_before:
            registry.down(with_storage=False)


@pytest.fixture(scope="session")
def backups(tmp_path_factory: pytest.TempPathFactory, machine: None) -> Iterator[Bucket]:
    """Where the backups of staging and prod go."""
    with bucket(tmp_path_factory.mktemp("bucket")) as found:
        yield found


@pytest.fixture(scope="session")
def telegram(machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telegram]:
    """Where the bot of prod calls, on an address of this host that containers reach."""
    folder = tmp_path_factory.mktemp("telegram")
    server = Telegram(f"4711:{secrets.token_hex(16)}", address_on_bridge(), folder)
    yield server
    server.close()


@pytest.fixture(scope="session")
def raised(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, machine: None
) -> Iterator[Raised]:
    """The stacks that the tests of this run ask for, all coming up at the same time."""
    wanted = _wanted(request.session.items)
    folder = tmp_path_factory.mktemp("stacks")
    images = {e: request.getfixturevalue("images" if e == "dev" else "pushed") for e in wanted}
    # As their stack files have it: dev keeps no backups.
    backups = {e: None if e == "dev" else request.getfixturevalue("backups") for e in wanted}
    # One stack has the bot, the one that backs its sessions up as well.
    bots = {e: request.getfixturevalue("telegram") if e == "prod" else None for e in wanted}
    with ThreadPoolExecutor(len(wanted)) as pool:
        try:
            yield {
                e: pool.submit(raising.raise_stack, e, images[e], folder / e, backups[e], bots[e])
                for e in wanted
            }
        finally:
            if not request.config.getoption("--keep"):
                for environment in wanted:
                    pool.submit(clear, *raising.live(environment))


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, raised: Raised) -> PulumiStack:
    """A stack that is up; a test names its environment by `parametrize(..., indirect=True)`."""
    return raised[request.param].result()


@pytest.fixture(scope="session")
def other(request: pytest.FixtureRequest, raised: Raised) -> PulumiStack:
    """Another stack beside it, named the same way."""
    return raised[request.param].result()


@pytest.fixture(scope="session")
def site(stack: PulumiStack) -> Iterator[Site]:
    """That stack from the outside."""
    found = Site(stack)
    yield found
    found.client.close()


def _wanted(items: list[pytest.Item]) -> list[str]:
    calls = [getattr(item, "callspec", None) for item in items]
    names = ("stack", "other")
    asked = {call.params.get(name) for call in calls if call is not None for name in names}
    return [environment for environment in stacks.ENVIRONMENTS if environment in asked]


def _run(*command: str) -> None:
    done = subprocess.run(
        [str(ROOT / command[0]), *command[1:]], cwd=ROOT, text=True, capture_output=True
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
