"""The dashboard's containers."""

from components.dashboard import Dashboard, DashboardArgs, workload
from tests.unit.components.parts import LIMITS, StubEngine
from tests.unit.recorder import Recorder


def args(engine: StubEngine) -> DashboardArgs:
    return DashboardArgs(
        engine=engine, image="task-tracker/dashboard:v1.2.3", limits=LIMITS, replicas=2
    )


def test_it_can_reach_neither_database_nor_nats(engine: StubEngine) -> None:
    found = workload("dashboard", args(engine))
    assert [a.network for a in found.networks] == ["frontend"]


def test_it_holds_no_secret_and_no_volume(engine: StubEngine) -> None:
    found = workload("dashboard", args(engine))
    assert (found.secrets, found.mounts, found.environment) == ((), (), {})


def test_it_ends_when_its_answers_are_given(engine: StubEngine) -> None:
    assert workload("dashboard", args(engine)).stop_signal == "SIGQUIT"


def test_its_replicas_have_an_address_each(engine: StubEngine, recorder: Recorder) -> None:
    made: list[Dashboard] = []
    recorder.run(lambda: made.append(Dashboard("dashboard", args(engine))))
    assert len(made[0].server.addresses) == 2
