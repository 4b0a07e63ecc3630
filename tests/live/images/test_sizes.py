"""What the application adds to the images it stands on is small."""

import json

import pytest

from images import bring, engine
from images.build import Watcher
from tests.live.images.containers import done

NAMES = ["api", "worker", "dashboard", "base-python", "base-nginx"]


@pytest.fixture(scope="module")
def references() -> dict[str, str]:
    """Images and bases by name; built first where they are not there."""
    return bring.bring(NAMES, "auto", Watcher(), print)[1]


def layers(reference: str) -> list[str]:
    found: list[str] = json.loads(
        done("image", "inspect", "--format", "{{json .RootFS.Layers}}", reference)
    )
    return found


@pytest.mark.parametrize(
    ("name", "base", "megabytes"),
    [("api", "base-python", 300), ("worker", "base-python", 300), ("dashboard", "base-nginx", 50)],
)
def test_an_image_adds_no_more_to_its_base_than_it_may(
    name: str, base: str, megabytes: int, references: dict[str, str]
) -> None:
    image, below = references[name], references[base]
    bottom = layers(below)
    assert layers(image)[: len(bottom)] == bottom, f"{image} does not stand on {below}"
    added = engine.megabytes(image) - engine.megabytes(below)
    assert 0 < added < megabytes, f"{image} adds {added:.1f} MB to {below}"
