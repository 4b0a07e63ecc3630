"""Volumes with files in them: private, secret in the state, named by content or version."""

import pulumi_docker as docker

from components.engines.docker_volumes import (
    digest,
    directory_uploads,
    filler,
    secret_uploads,
    upload,
)
from components.workload import Directory
from tests.unit.components.parts import secret
from tests.unit.recorder import CONTAINER, Recorder, is_envelope


def filled(recorder: Recorder, uploads: list[docker.ContainerUploadArgs]) -> None:
    recorder.run(lambda: filler("files", "files:1", [("/etc/app", "volume")], uploads, [], None))  # type: ignore[arg-type]


def test_the_same_files_have_one_name_and_other_ones_another() -> None:
    files = {"a.conf": "one", "b.conf": "two"}
    assert digest(files) == digest(dict(reversed(files.items())))
    assert digest(files) != digest({**files, "b.conf": "three"})
    assert digest({"a": "bc"}) != digest({"ab": "c"})


def test_a_secret_is_readable_by_one_user_and_by_nobody_else(recorder: Recorder) -> None:
    filled(recorder, secret_uploads("/run/secrets", [secret("key").file("key")], 10001))
    (found,) = recorder.inputs(CONTAINER, "files")["uploads"]
    assert (found["permissions"], found["owner"], found["group"]) == ("0400", "10001", "10001")
    assert (found["file"], found["content"]) == ("/run/secrets/key", "value-of-key")


def test_a_secret_stays_one_in_the_state(recorder: Recorder) -> None:
    filled(recorder, secret_uploads("/run/secrets", [secret("key").file("key")], 10001))
    uploads = recorder.raw(CONTAINER, "files")["uploads"]
    found = uploads if is_envelope(uploads) else uploads[0]
    assert is_envelope(found) or is_envelope(found["content"])


def test_configuration_may_be_read_by_its_workload_and_written_by_nobody(
    recorder: Recorder,
) -> None:
    directory = Directory(name="config", path="/etc/app", files={"app.conf": "x = 1\n"})
    filled(recorder, directory_uploads(directory, 101))
    (found,) = recorder.inputs(CONTAINER, "files")["uploads"]
    assert (found["file"], found["content"]) == ("/etc/app/app.conf", "x = 1\n")
    assert (found["permissions"], found["owner"]) == ("0440", "101")


def test_what_fills_a_volume_never_runs(recorder: Recorder) -> None:
    filled(recorder, [upload("/etc/app/a", "b", 1, "0440")])
    found = recorder.inputs(CONTAINER, "files")
    assert found["entrypoints"] == ["/never-started"]
    assert (found["start"], found["mustRun"], found["restart"]) == (False, False, "no")
    assert found["networkMode"] == "none"
    assert found["capabilities"] == {"drops": ["ALL"]}
