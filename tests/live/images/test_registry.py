"""What is pushed is found again by its digest, on a machine that has nothing else."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from images import build, engine, plan, push, registry
from images.catalogue import Catalogue
from images.plan import Step
from tests.live.images.containers import Room, docker, done
from tests.unit.images import sources


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture(scope="module")
def address(room: Room, images: dict[str, str]) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "NAME", f"{room.prefix}-registry")
        patch.setattr(registry, "VOLUME", f"{room.prefix}-registry")
        found = f"127.0.0.1:{free_port()}"
        try:
            registry.up(images["registry"], found)
            yield found
        finally:
            registry.down(with_storage=True)


@pytest.fixture
def pushed(address: str, images: dict[str, str]) -> Iterator[str]:
    target = push.there(images["nats"], f"{address}/team", {})
    found = push.push({"nats": (images["nats"], target)})["nats"]
    yield found
    docker("image", "rm", found.partition("@")[0], found)


def test_an_image_is_pushed_and_run_by_its_digest(pushed: str) -> None:
    name, _, digest = pushed.partition("@")
    docker("image", "rm", name)
    done("pull", pushed)
    assert digest.startswith("sha256:")
    assert "nats-server" in done("run", "--rm", "--network=none", pushed, "--version")


def test_the_registry_says_what_it_holds(address: str, pushed: str) -> None:
    assert registry.catalogue(address) == ["team/nats"]


def test_it_is_started_once_and_keeps_what_it_held(
    address: str, pushed: str, images: dict[str, str]
) -> None:
    registry.down(with_storage=False)
    assert registry.catalogue(address) is None
    registry.up(images["registry"], address)
    registry.up(images["registry"], address)
    assert registry.catalogue(address) == ["team/nats"]


def test_where_a_registry_answers_a_base_is_pulled(tmp_path: Path, pushed: str) -> None:
    reference = pushed.partition("@")[0]
    docker("image", "rm", reference, pushed)
    read = sources.CATALOGUE.model_dump()
    read["bases"]["nats"]["official"] = reference
    catalogue = Catalogue.model_validate(read)
    made = plan.make(
        catalogue,
        engine.tags(),
        "auto",
        lambda: engine.answers(reference, seconds=5),
        b"",
        sources.write(tmp_path),
    )
    steps: dict[str, Step] = plan.needed(made, ["base-nats"])
    assert steps["base-nats"].act == "pull"
    docker("image", "rm", reference)
    assert build.carry_out(steps, build.Watcher()) == {"base-nats": reference}
    assert reference in engine.tags()


def test_a_registry_that_is_not_there_does_not_answer() -> None:
    assert not engine.answers(f"127.0.0.1:{free_port()}/team/nats:1", seconds=5)
