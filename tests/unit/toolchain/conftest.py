"""What the tests of the toolchain share."""

from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain.cache import Cache
from toolchain.pins import Pins


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with nothing on PATH."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    return Machine(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")


@pytest.fixture
def wanted() -> Pins:
    """The versions that the tests' program is written for."""
    return Pins("3.256.0", {"docker": "5.2.0", "random": "4.21.4"})
