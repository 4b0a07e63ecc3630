"""Workloads as resources of the Docker provider."""

from collections.abc import Callable

import pulumi
import pytest

from components.engine import Running
from components.engines.docker import DockerArgs, DockerEngine
from components.workload import Directory, Workload
from tests.unit.components.parts import Step
from tests.unit.recorder import COMMAND, CONTAINER, IMAGE, NETWORK, VOLUME, Recorder, value

Use = Callable[[DockerEngine, pulumi.Resource], object]


def run(recorder: Recorder, use: Use, host: str | None = None) -> None:
    """A stack with the networks of the fixture's workload, and what `use` makes in it."""

    def program() -> None:
        parent = Step("part")
        args = DockerArgs(
            stack="dev-t1", prefix="task-tracker-dev", files_image="files:1", host=host
        )
        engine = DockerEngine("docker", args)
        engine.network("frontend", internal=True, isolating=False, parent=parent)
        engine.network("way-out", internal=False, isolating=True, parent=parent)
        use(engine, parent)

    recorder.run(program)


def test_an_internal_network_leads_nowhere_and_an_isolating_one_joins_nobody(
    recorder: Recorder,
) -> None:
    run(recorder, lambda engine, parent: None)
    joined = "com.docker.network.bridge.enable_icc"
    frontend, way_out = (recorder.inputs(NETWORK, n) for n in ("frontend", "way-out"))
    assert (frontend["internal"], frontend["options"]) == (True, {joined: "true"})
    assert (way_out["internal"], way_out["options"]) == (False, {joined: "false"})


def test_a_preview_needs_no_host(recorder: Recorder) -> None:
    run(recorder, lambda engine, parent: None, host="ssh://deploy@prod.example.org")
    found = recorder.inputs("pulumi:providers:docker", "host")
    assert found["host"] == "ssh://deploy@prod.example.org"
    assert str(found["disableDockerDaemonCheck"]).lower() == "true"


def test_data_has_a_name_that_a_new_stack_finds_again(recorder: Recorder) -> None:
    run(recorder, lambda engine, parent: engine.data_volume("postgres-data", parent=parent))
    found = recorder.inputs(VOLUME, "postgres-data")
    assert found["name"] == "task-tracker-dev-postgres-data"


def test_a_service_comes_back_after_a_reboot_and_is_proven_healthy(
    recorder: Recorder, api: Workload
) -> None:
    run(recorder, lambda engine, parent: engine.service(api, parent=parent))
    assert recorder.inputs(CONTAINER, "api")["restart"] == "unless-stopped"
    proof = recorder.inputs(COMMAND, "api-healthy")
    assert proof["create"].endswith("task-tracker-test-api-0a1b2c")
    assert proof["triggers"] == ["api-id"]


def test_replicas_are_addressed_each_and_proven_together(recorder: Recorder, api: Workload) -> None:
    made: list[Running] = []
    two = api.model_copy(update={"replicas": 2})
    run(recorder, lambda engine, parent: made.append(engine.service(two, parent=parent)))
    names = [value(address) for address in made[0].addresses]
    assert names == ["task-tracker-test-api-1-0a1b2c", "task-tracker-test-api-2-0a1b2c"]
    assert recorder.inputs(COMMAND, "api-healthy")["create"].endswith(" ".join(names))


def test_a_service_without_a_health_check_is_refused(recorder: Recorder, api: Workload) -> None:
    blind = api.model_copy(update={"health": None})
    with pytest.raises(ValueError, match="health: api runs for long, so give it a health check"):
        run(recorder, lambda engine, parent: engine.service(blind, parent=parent))


def test_a_job_runs_once_by_a_command_that_tells_its_exit(
    recorder: Recorder, api: Workload
) -> None:
    job = api.model_copy(update={"name": "migrations", "health": None})
    run(recorder, lambda engine, parent: engine.job(job, parent=parent))
    container = recorder.inputs(CONTAINER, "migrations")
    assert (container["start"], container["mustRun"], container["restart"]) == (False, False, "no")
    command = recorder.inputs(COMMAND, "migrations-run")
    assert command["create"] == "docker start --attach task-tracker-test-migrations-0a1b2c"
    assert command["triggers"] == ["migrations-id"]


def test_a_job_runs_again_when_what_it_came_after_is_made_anew(
    recorder: Recorder, api: Workload
) -> None:
    job = api.model_copy(update={"name": "migrations", "health": None})

    def use(engine: DockerEngine, parent: pulumi.Resource) -> None:
        engine.job(job, parent=parent, after=engine.service(api, parent=parent).ready)

    run(recorder, use)
    triggers = recorder.inputs(COMMAND, "migrations-run")["triggers"]
    assert triggers == ["migrations-id", "api-healthy-id"]


def test_commands_go_to_the_host_of_the_stack(recorder: Recorder, api: Workload) -> None:
    host = "ssh://deploy@prod.example.org"
    run(recorder, lambda engine, parent: engine.service(api, parent=parent), host=host)
    assert recorder.inputs(COMMAND, "api-healthy")["environment"]["DOCKER_HOST"] == host


def test_secrets_are_a_volume_of_their_own_named_by_their_version(
    recorder: Recorder, api: Workload
) -> None:
    run(recorder, lambda engine, parent: engine.service(api, parent=parent))
    labels = {
        each["label"]: each["value"] for each in recorder.inputs(VOLUME, "api-secrets")["labels"]
    }
    assert labels == {
        "tasktracker.stack": "dev-t1", "tasktracker.version": "version-of-password",
    }  # fmt: skip
    mounts = recorder.inputs(CONTAINER, "api")["volumes"]
    assert mounts == [
        {
            "containerPath": "/run/secrets", "readOnly": True,
            "volumeName": "task-tracker-test-api-secrets-0a1b2c",
        }
    ]  # fmt: skip


def test_no_secret_is_in_the_container_that_uses_it(recorder: Recorder, api: Workload) -> None:
    run(recorder, lambda engine, parent: engine.service(api, parent=parent))
    assert "value-of" not in str(recorder.inputs(CONTAINER, "api"))


def test_configuration_is_a_volume_named_by_its_content(recorder: Recorder, api: Workload) -> None:
    def version(text: str) -> str:
        recorder.made.clear()
        directory = Directory(name="config", path="/etc/api", files={"api.conf": text})
        given = api.model_copy(update={"directories": (directory,)})
        run(recorder, lambda engine, parent: engine.service(given, parent=parent))
        labels = recorder.inputs(VOLUME, "api-config")["labels"]
        return {each["label"]: str(each["value"]) for each in labels}["tasktracker.version"]

    assert version("one") == version("one") != version("two")


def test_images_are_brought_once_and_kept_for_a_rollback(recorder: Recorder, api: Workload) -> None:
    def both(engine: DockerEngine, parent: pulumi.Resource) -> None:
        engine.service(api, parent=parent)
        engine.job(api.model_copy(update={"name": "job"}), parent=parent)

    run(recorder, both)
    assert recorder.names(IMAGE) == ["api-image", "files-image"]
    assert all(recorder.inputs(IMAGE, n)["keepLocally"] for n in recorder.names(IMAGE))


def test_the_engine_knows_what_it_was_given_to_run(recorder: Recorder, api: Workload) -> None:
    def use(engine: DockerEngine, parent: pulumi.Resource) -> None:
        engine.service(api, parent=parent)
        assert engine.workloads == [api]

    run(recorder, use)
