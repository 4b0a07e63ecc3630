"""A plan is carried out in order, and its first error ends it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from images import build
from images.plan import Step


def step(name: str, *needs: str, context: str | None = None) -> Step:
    return Step(name, f"{name}:1", "build", needs, Path(context or name))


def named(*steps: Step) -> dict[str, Step]:
    return {one.name: one for one in steps}


def test_an_image_waits_for_what_it_stands_on_and_for_its_twin() -> None:
    steps = named(
        step("base"),
        step("api", "base", context="app"),
        step("worker", "base", context="app"),
    )
    assert build.waits_for(steps) == {"base": [], "api": ["base"], "worker": ["base", "api"]}


def test_a_base_that_is_not_part_of_the_work_is_not_waited_for() -> None:
    assert build.waits_for(named(step("api", "base"))) == {"api": []}


def test_the_build_of_a_stage_names_it_its_bases_and_its_context(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").touch()
    api = Step("api", "api:1", "build", (), tmp_path, "api", {"PYTHON_BASE": "python:3"})
    assert build.command(api) == [
        *("docker", "build", "--tag", "api:1", "--target", "api"),
        *("--build-arg", "PYTHON_BASE=python:3", str(tmp_path)),
    ]


def test_an_image_without_a_dockerfile_is_named_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"api: .*/Dockerfile is missing: write it"):
        build.command(Step("api", "api:1", "build", (), tmp_path))


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("postgres (PostgreSQL) 18.6 (Debian 18.6-3)", "18.6"),
        ("nats-server: v2.15.1", "2.15.1"),
        ("nginx version: nginx/1.30.6", "1.30.6"),
    ],
)
def test_a_version_is_read_from_what_the_server_says(said: str, version: str) -> None:
    assert build.version_in(said) == version


def test_a_server_that_says_no_version_is_an_error() -> None:
    with pytest.raises(ValueError, match="no version in 'nginx': correct `version`"):
        build.version_in("nginx")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the images made, in order; making one calls no engine."""
    names: list[str] = []

    def make(step: Step, show: Callable[[str], None]) -> None:
        if step.name == "broken":
            raise ValueError("broken: no such thing")
        names.append(step.name)

    monkeypatch.setattr(build, "_make", make)
    return names


def test_each_image_is_made_after_those_it_needs(made: list[str]) -> None:
    steps = named(step("api", "python"), step("python", "debian"), step("debian"))
    references = build.carry_out(steps, build.Watcher())
    assert made == ["debian", "python", "api"]
    assert references == {"debian": "debian:1", "python": "python:1", "api": "api:1"}


def test_nothing_is_made_on_what_failed(made: list[str]) -> None:
    with pytest.raises(ValueError, match="broken: no such thing"):
        build.carry_out(named(step("broken"), step("api", "broken")), build.Watcher())
    assert made == []
