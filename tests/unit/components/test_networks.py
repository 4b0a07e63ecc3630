"""The segments: which lead out, and on which members reach each other."""

import pytest

from components.networks import (
    ACCESS,
    BACKEND,
    BACKUPS,
    EDGE,
    EGRESS,
    FRONTEND,
    INTEGRATIONS,
    Networks,
    NetworksArgs,
)
from tests.unit.components.parts import StubEngine
from tests.unit.recorder import Recorder

ALL = (ACCESS, BACKEND, BACKUPS, EDGE, EGRESS, FRONTEND, INTEGRATIONS)


@pytest.fixture
def made(engine: StubEngine, recorder: Recorder) -> dict[str, dict[str, bool]]:
    recorder.run(lambda: Networks("networks", NetworksArgs(engine=engine, names=ALL)))
    return engine.networks


@pytest.mark.parametrize("network", [BACKEND, FRONTEND, INTEGRATIONS])
def test_what_holds_services_leads_nowhere_else(
    network: str, made: dict[str, dict[str, bool]]
) -> None:
    assert made[network] == {"internal": True, "isolating": False}


@pytest.mark.parametrize("network", [ACCESS, BACKUPS, EGRESS])
def test_a_way_out_opens_no_path_between_those_who_take_it(
    network: str, made: dict[str, dict[str, bool]]
) -> None:
    assert made[network] == {"internal": False, "isolating": True}


def test_a_stack_has_the_segments_it_asks_for_and_no_others(
    engine: StubEngine, recorder: Recorder
) -> None:
    recorder.run(lambda: Networks("networks", NetworksArgs(engine=engine, names=(EDGE,))))
    assert list(engine.networks) == [EDGE]
