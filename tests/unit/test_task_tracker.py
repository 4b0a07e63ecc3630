"""The whole stack, from each committed stack file, as resources."""

import functools
import json
from collections.abc import Callable, Iterator

import pulumi
import pytest

import settings
from components import networks
from settings import read
from task_tracker import TaskTracker
from tests.unit.recorder import COMMAND, CONTAINER, NETWORK, VOLUME, Recorder, is_secret
from tests.unit.stack_files import BUILT, ENVIRONMENTS, SECRETS, stack_object

Made = Callable[..., Recorder]

LIMITS = {"cpus": 0.1, "memory": 64, "cpus_reserved": 0.1, "memory_reserved": 32}
BOT = {"bot": {"limits": LIMITS}, "host": {"cpus": 4, "memory": 4096}}
TOKEN = {"telegram-bot-token": "4711:canary-of-the-bot"}


@pytest.fixture(scope="module")
def outputs() -> dict[str, dict[str, object]]:
    """The stack's outputs by environment, of those that were made."""
    return {}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, outputs: dict[str, dict[str, object]]
) -> Iterator[Made]:
    """Runs the program on a committed stack file, once for all tests."""
    file = tmp_path_factory.mktemp("images") / "built.json"
    file.write_text(json.dumps({"release": "sha-0123abc", "images": BUILT}))

    @functools.cache
    def run(environment: str, bot: bool = False) -> Recorder:
        def program() -> None:
            outputs[environment] = dict(TaskTracker("task-tracker", read()).outputs)

        recorder = Recorder()
        config = {"stack": json.dumps(stack_object(environment, BOT if bot else None))}
        secrets = ({} if environment == "dev" else SECRETS) | (TOKEN if bot else {})
        recorder.run(program, environment, config, secrets)
        return recorder

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "BUILT_IMAGES", file)
        yield run


def services(recorder: Recorder) -> list[str]:
    """Containers that run, by name."""
    return [
        name
        for name in recorder.names(CONTAINER)
        if recorder.inputs(CONTAINER, name).get("restart") == "unless-stopped"
    ]


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_service_runs_and_as_often_as_the_stack_file_says(
    environment: str, made: Made
) -> None:
    found = services(made(environment))
    values = stack_object(environment)
    for service in ("postgres", "nats", "nginx"):
        assert service in found
    for service in ("api", "worker", "dashboard"):
        several = [name for name in found if name.rpartition("-")[0] == service or name == service]
        assert len(several) == values[service].get("replicas", 1)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nothing_but_the_edge_is_published_outside_of_dev(environment: str, made: Made) -> None:
    recorder = made(environment)
    published = {
        name: sorted(port["external"] for port in recorder.inputs(CONTAINER, name)["ports"])
        for name in recorder.names(CONTAINER)
        if recorder.inputs(CONTAINER, name).get("ports")
    }
    assert published == (
        {"nginx": [8080], "postgres": [5432], "api": [8000]}
        if environment == "dev"
        else {"nginx": [80, 443]}
    )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_no_given_secret_is_in_clear_anywhere(environment: str, made: Made) -> None:
    recorder = made(environment)
    for each in recorder.made:
        if each.typ in (COMMAND, CONTAINER, VOLUME, NETWORK):
            container = {k: v for k, v in each.inputs.items() if k != "uploads"}
            for name in ("encryption-key", "tls-key", "backup-passphrase"):
                assert SECRETS[name] not in str(container), f"{name} is in {each.name}"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_data_volumes_have_the_names_of_the_environment(environment: str, made: Made) -> None:
    recorder = made(environment)
    prefix = "task-tracker" if environment == "prod" else f"task-tracker-{environment}"
    for name in ("postgres-data", "nats-data"):
        assert recorder.inputs(VOLUME, name)["name"] == f"{prefix}-{name}"


def test_a_stack_has_the_segments_it_needs(made: Made) -> None:
    assert "access" in made("dev").names(NETWORK)
    assert {"backend", "edge", "frontend"} <= set(made("prod").names(NETWORK))
    assert not {"access", "egress"} & set(made("prod").names(NETWORK))


def test_every_segment_is_one_that_some_stack_has(made: Made) -> None:
    named = {v for k, v in vars(networks).items() if k.isupper() and isinstance(v, str)}
    assert named == {*made("dev", bot=True).names(NETWORK), *made("prod").names(NETWORK)}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_outputs_tell_the_address_and_the_release(
    environment: str, made: Made, outputs: dict[str, dict[str, object]]
) -> None:
    made(environment)
    expected = {
        "dev": "http://localhost:8080",
        "staging": "https://staging.tasks.example.org",
        "prod": "https://tasks.example.org",
    }
    assert outputs[environment]["address"] == expected[environment]
    assert str(outputs[environment]["picture"]).startswith("flowchart LR\n")


def test_dev_tells_where_the_api_and_the_database_answer(
    made: Made, outputs: dict[str, dict[str, object]]
) -> None:
    made("dev")
    assert outputs["dev"]["api-address"] == "http://127.0.0.1:8000"
    assert outputs["dev"]["postgres-address"] == (
        "postgresql://postgres@127.0.0.1:5432/tasktracker"
    )
    for environment in ("staging", "prod"):
        made(environment)
        assert not {"api-address", "postgres-address", "postgres-password"} & set(
            outputs[environment]
        )


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_what_people_log_in_with_is_an_output_and_secret(
    environment: str, made: Made, outputs: dict[str, dict[str, object]]
) -> None:
    made(environment)
    found = {
        name: is_secret(value)
        for name, value in outputs[environment].items()
        if isinstance(value, pulumi.Output)
    }
    published = {"postgres-password": True} if environment == "dev" else {}
    assert found == {"admin-token": True, "statistics-password": True} | published
