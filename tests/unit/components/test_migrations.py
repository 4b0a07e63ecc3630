"""The job that brings schema and streams to what a release needs."""

from components.application import ApplicationArgs
from components.migrations import Migrations, workload
from tests.unit.components.applications import application
from tests.unit.components.parts import Step, StubEngine
from tests.unit.recorder import Recorder


def test_it_is_a_one_shot_that_nobody_can_call(engine: StubEngine) -> None:
    found = workload("migrations", ApplicationArgs(**application(engine, "migrations")))
    assert found.health is None
    assert [(a.network, a.answers) for a in found.networks] == [("backend", False)]


def test_it_runs_as_the_owner_of_the_schema(engine: StubEngine) -> None:
    found = workload("migrations", ApplicationArgs(**application(engine, "migrations")))
    assert found.environment["DATABASE_USER"] == "migrations_a"


def test_it_waits_for_what_it_needs_and_is_waited_for(
    engine: StubEngine, recorder: Recorder
) -> None:
    made: list[Migrations] = []

    def program() -> None:
        given = application(engine, "migrations")
        args = ApplicationArgs(**given, after=(Step("postgres is healthy"),))
        made.append(Migrations("migrations", args))

    recorder.run(program)
    assert engine.waits["migrations"] == {"postgres is healthy"}
    assert [step._name for step in made[0].ready] == ["migrations has run"]
