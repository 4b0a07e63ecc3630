"""Live files: uploaded beside the old ones, checked, pointed to, loaded."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.engine import LiveFiles, Running
from components.engines import docker_live
from tests.unit.components.engines.fake_docker import FakeDocker
from tests.unit.components.parts import Step, known, secret
from tests.unit.recorder import COMMAND, CONTAINER, VOLUME, Recorder


def files(text: str = "conf {version}", secret_name: str = "key") -> LiveFiles:
    return LiveFiles(
        service="nginx",
        path="/live",
        uid=101,
        files={"nginx.conf": text},
        secrets=(secret(secret_name).file("tls.key"),),
        entry="nginx.conf",
        pointer="include /live/{version}/nginx.conf;\n",
        check=("nginx", "-t", "-c", "/live/{version}/nginx.conf"),
        reload=("nginx", "-s", "reload"),
        proof=("wget", "http://127.0.0.1/health"),
    )


def published(recorder: Recorder, spec: LiveFiles) -> None:
    def program() -> None:
        opts = pulumi.ResourceOptions(parent=Step("edge"))
        live = docker_live.publish(
            spec,
            image="files:1",
            labels=[],
            volume_labels=[],
            stack="dev",
            environment={},
            opts=opts,
        )
        running = Running((known("nginx-aa"),), (Step("nginx is healthy"),))
        docker_live.reload(spec, live, running, {"DOCKER_HOST": "ssh://host"}, opts)

    recorder.made.clear()
    recorder.run(program)


def version(recorder: Recorder) -> str:
    """The directory that a version's files went to."""
    path: str = recorder.inputs(CONTAINER, "nginx-version")["uploads"][0]["file"]
    return path.split("/")[2]


def test_a_version_has_a_directory_of_its_own_on_the_one_volume(recorder: Recorder) -> None:
    published(recorder, files())
    uploads = recorder.inputs(CONTAINER, "nginx-version")["uploads"]
    root = f"/live/{version(recorder)}"
    assert [u["file"] for u in uploads] == [f"{root}/nginx.conf", f"{root}/tls.key"]
    assert recorder.names(VOLUME) == ["nginx-live"]


def test_the_files_are_told_their_version(recorder: Recorder) -> None:
    published(recorder, files())
    uploads = recorder.inputs(CONTAINER, "nginx-version")["uploads"]
    assert uploads[0]["content"] == f"conf {version(recorder)}"


@pytest.mark.parametrize("change", [{"text": "other"}, {"secret_name": "other"}])
def test_another_content_or_another_secret_is_another_version(
    change: dict[str, Any], recorder: Recorder
) -> None:
    published(recorder, files())
    first = version(recorder)
    published(recorder, files())
    assert version(recorder) == first
    published(recorder, files(**change))
    assert version(recorder) != first


def test_the_pointer_leads_to_the_version(recorder: Recorder) -> None:
    published(recorder, files())
    (pointer,) = recorder.inputs(CONTAINER, "nginx-pointer")["uploads"]
    assert pointer["file"] == "/live/nginx.conf"
    assert pointer["content"] == f"include /live/{version(recorder)}/nginx.conf;\n"


def test_the_running_service_checks_the_version_before_the_pointer_is_set(
    recorder: Recorder, tmp_path: Path
) -> None:
    published(recorder, files())
    docker = FakeDocker(tmp_path)
    (docker.folder / "running").write_text("0a1b2c\n")
    (docker.container("0a1b2c") / "answers").touch()
    assert docker.sh(recorder.inputs(COMMAND, "nginx-check")["create"]).returncode == 0
    asked = f"exec 0a1b2c nginx -t -c /live/{version(recorder)}/nginx.conf"
    assert docker.calls[-1] == asked


def test_a_version_that_the_service_refuses_is_not_pointed_to(
    recorder: Recorder, tmp_path: Path
) -> None:
    published(recorder, files())
    docker = FakeDocker(tmp_path)
    (docker.folder / "running").write_text("0a1b2c\n")
    docker.container("0a1b2c")
    assert docker.sh(recorder.inputs(COMMAND, "nginx-check")["create"]).returncode != 0


def test_a_first_start_has_nobody_to_check_it(recorder: Recorder, tmp_path: Path) -> None:
    published(recorder, files())
    docker = FakeDocker(tmp_path)
    assert docker.sh(recorder.inputs(COMMAND, "nginx-check")["create"]).returncode == 0


def test_a_reload_goes_to_the_host_of_the_stack_and_names_the_container(
    recorder: Recorder,
) -> None:
    published(recorder, files())
    found = recorder.inputs(COMMAND, "nginx-reload")
    assert found["environment"] == {"DOCKER_HOST": "ssh://host"}
    assert found["create"].startswith("docker exec nginx-aa nginx -s reload || exit 1")
    assert found["triggers"] == [version(recorder), "nginx-aa"]


def test_a_reload_that_can_not_be_given_fails(recorder: Recorder, tmp_path: Path) -> None:
    published(recorder, files())
    docker = FakeDocker(tmp_path)
    docker.container("nginx-aa")
    assert docker.sh(recorder.inputs(COMMAND, "nginx-reload")["create"]).returncode == 1


def test_what_was_replaced_is_removed_when_the_service_has_loaded_what_replaces_it(
    recorder: Recorder, tmp_path: Path
) -> None:
    published(recorder, files())
    current, docker = version(recorder), FakeDocker(tmp_path)
    says = docker.container("nginx-aa") / "says"
    says.write_text(f"0123456789ab\n{current}\nnginx.conf\nfedcba987654\n")
    assert docker.sh(recorder.inputs(COMMAND, "nginx-reload")["create"]).returncode == 0
    told = docker.calls[-1]
    assert told.startswith("run --rm --network none --read-only --user 0 --cap-drop ALL")
    mounted = "--volume the volume of nginx-aa:/live the image of nginx-aa"
    assert told.endswith(f"{mounted} -rf 0123456789ab fedcba987654")


def test_a_first_version_has_nothing_before_it_to_remove(
    recorder: Recorder, tmp_path: Path
) -> None:
    published(recorder, files())
    docker = FakeDocker(tmp_path)
    (docker.container("nginx-aa") / "says").write_text(f"{version(recorder)}\nnginx.conf\n")
    assert docker.sh(recorder.inputs(COMMAND, "nginx-reload")["create"]).returncode == 0
    assert [call for call in docker.calls if call.startswith("run")] == []
