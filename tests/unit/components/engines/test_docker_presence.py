"""What somebody took off the host is made again, and nothing else."""

import subprocess
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.engines import docker_presence
from components.engines.docker_presence import CONTAINER, IMAGE, NETWORK, NUMBER, VOLUME, Presence
from tests.unit.components.engines.fake_docker import FakeDocker
from tests.unit.recorder import Recorder


def known(type: str, name: str, labels: dict[str, str] | None = None, **more: Any) -> Any:
    """One resource of the state, by its URN."""
    outputs = {"id": f"{name}-id", "imageId": f"{name}-id", **more}
    outputs["labels"] = [{"label": k, "value": v} for k, v in (labels or {}).items()]
    return {f"urn:pulumi:dev::task-tracker::{type}::{name}": {"type": type, "outputs": outputs}}


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeDocker:
    """A host that has all that the state below says."""
    fake = FakeDocker(tmp_path)
    monkeypatch.setenv("PATH", f"{fake.path}:/usr/bin:/bin")
    monkeypatch.setenv("FAKE_DOCKER", str(fake.folder))
    for kind, name in (("running", "api"), ("networks", "net"), ("volumes", "vol")):
        (fake.folder / kind).write_text(f"{name}-id\nanother\n")
    (fake.folder / "images").write_text("image-id\n")
    return fake


@pytest.fixture
def state(recorder: Recorder) -> Recorder:
    """A stack that is up: a service, what it uses, and a job that has ended."""
    recorder.state = {
        **known(CONTAINER, "api", {"tasktracker.stack": "dev"}, restart="unless-stopped"),
        **known(CONTAINER, "migrations", restart="no"),
        **known(NETWORK, "net"),
        **known(VOLUME, "vol"),
        **known(IMAGE, "image", triggers=None),
        **known("random:index/randomPassword:RandomPassword", "password"),
    }
    return recorder


def ask(recorder: Recorder) -> Presence:
    found: list[Presence] = []
    recorder.run(lambda: found.append(docker_presence.ask({})))
    return found[0]


def test_a_stack_that_was_never_up_asks_no_host(recorder: Recorder, host: FakeDocker) -> None:
    assert ask(recorder) == Presence()
    assert host.calls == []


def test_where_all_services_run_nothing_is_gone_and_one_question_is_enough(
    state: Recorder, host: FakeDocker
) -> None:
    presence = ask(state)
    assert presence.gone == frozenset()
    assert presence.number(CONTAINER, "api") == {}
    assert host.calls == ["ps --quiet --no-trunc"]


def test_a_service_that_does_not_run_is_made_again(state: Recorder, host: FakeDocker) -> None:
    (host.folder / "running").write_text("another\n")
    presence = ask(state)
    assert presence.gone == {(CONTAINER, "api")}
    assert presence.number(CONTAINER, "api") == {NUMBER: "1"}
    assert presence.number(NETWORK, "net") == {}


def test_what_a_lost_host_had_is_made_again(state: Recorder, host: FakeDocker) -> None:
    for kind in ("running", "networks", "volumes", "images"):
        (host.folder / kind).write_text("")
    expected = {(CONTAINER, "api"), (NETWORK, "net"), (VOLUME, "vol"), (IMAGE, "image")}
    assert ask(state).gone == expected


def test_what_was_made_again_once_stays_as_it_is(state: Recorder, host: FakeDocker) -> None:
    state.state |= known(CONTAINER, "api", {NUMBER: "2"}, restart="unless-stopped")
    state.state |= known(IMAGE, "image", triggers={NUMBER: "1"})
    presence = ask(state)
    assert presence.number(CONTAINER, "api") == {NUMBER: "2"}
    assert presence.number(IMAGE, "image") == {NUMBER: "1"}
    (host.folder / "running").write_text("")
    assert ask(state).number(CONTAINER, "api") == {NUMBER: "3"}


@pytest.fixture
def silent(host: FakeDocker) -> FakeDocker:
    (host.path / "docker").write_text("#!/bin/sh\necho cannot connect >&2\nexit 1\n")
    return host


def test_an_up_wants_an_answer(state: Recorder, silent: FakeDocker) -> None:
    with pytest.raises(pulumi.RunError, match="Docker host gives no answer: cannot connect"):
        ask(state)


def test_a_preview_does_without_an_answer(
    state: Recorder, silent: FakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    state.state |= known(CONTAINER, "api", {NUMBER: "2"}, restart="unless-stopped")
    presence = ask(state)
    assert presence.gone == frozenset()
    assert presence.number(CONTAINER, "api") == {NUMBER: "2"}, "or a preview would show a change"


def test_a_preview_does_not_wait_for_a_host_that_hangs(
    state: Recorder, host: FakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hang(argv: list[str], **more: Any) -> None:
        raise subprocess.TimeoutExpired(argv, more["timeout"])

    monkeypatch.setattr(subprocess, "run", hang)
    with pytest.raises(pulumi.RunError, match="it took longer than 60 s"):
        ask(state)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: True)
    assert ask(state).gone == frozenset()
