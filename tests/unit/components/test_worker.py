"""The workers' containers."""

from components.worker import Worker, WorkerArgs, workload
from tests.unit.components.applications import application
from tests.unit.components.parts import Step, StubEngine
from tests.unit.recorder import Recorder


def args(engine: StubEngine) -> WorkerArgs:
    return WorkerArgs(
        **application(engine, "worker"), replicas=3, after=(Step("migrations have run"),)
    )


def test_it_is_on_the_backend_alone_and_publishes_nothing(engine: StubEngine) -> None:
    found = workload("worker", args(engine))
    assert [a.network for a in found.networks] == ["backend"]
    assert found.ports == ()


def test_it_holds_its_own_two_passwords_and_nothing_else(engine: StubEngine) -> None:
    found = workload("worker", args(engine))
    assert {file.name for file in found.secrets} == {"database-password", "nats-password"}


def test_its_probe_asks_the_worker_itself_as_the_audit_says(engine: StubEngine) -> None:
    health = workload("worker", args(engine)).health
    assert health is not None
    assert health.command[-1] == "http://127.0.0.1:8080/health"
    assert (health.interval, health.timeout, health.retries, health.start_period) == (30, 10, 3, 40)


def test_it_has_thirty_seconds_to_finish_what_it_holds(engine: StubEngine) -> None:
    found = workload("worker", args(engine))
    assert (found.stop_signal, found.stop_grace) == ("SIGTERM", 30)


def test_as_many_run_as_the_stack_file_says_once_the_migrations_have(
    engine: StubEngine, recorder: Recorder
) -> None:
    recorder.run(lambda: Worker("worker", args(engine)))
    assert engine.workload("worker").replicas == 3
    assert engine.waits["worker"] == {"migrations have run"}
