"""What the tests of the components share."""

import pytest

from tests.unit.components.parts import StubEngine
from tests.unit.recorder import Recorder, start


@pytest.fixture(autouse=True)
def recorder() -> Recorder:
    """Records the resources of a test's program; outputs need one even where none are made."""
    recorder = Recorder()
    start(recorder)
    return recorder


@pytest.fixture
def engine(recorder: Recorder) -> StubEngine:
    return StubEngine()
