"""What is pulled, built or kept follows from the sources and from what is there already."""

from pathlib import Path

import pytest

from images import plan
from tests.unit.images import sources


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return sources.write(tmp_path)


def no_registry() -> bool:
    return False


def a_registry() -> bool:
    return True


def unasked() -> bool:
    raise AssertionError("the registry was asked although nothing hangs on it")


def everything(made: plan.Plan) -> frozenset[str]:
    """The tags an engine has after the plan was carried out."""
    return frozenset(
        step.reference.replace(":sha-", ":2.15.1-sha-") if step.version else step.reference
        for step in made.steps.values()
    )


def planned(
    root: Path, tags: frozenset[str] = frozenset(), source: plan.Source = "stand-in"
) -> plan.Plan:
    return plan.make(sources.CATALOGUE, tags, source, unasked, b"", root)


def test_without_a_registry_every_base_is_made(root: Path) -> None:
    made = plan.make(sources.CATALOGUE, frozenset(), "auto", no_registry, b"", root)
    assert {name: step.act for name, step in made.steps.items()} == {
        "base-debian": "rootfs",
        "base-python": "build",
        "base-nats": "build",
        "nats": "build",
        "api": "build",
        "worker": "build",
    }


def test_with_a_registry_official_bases_are_pulled_and_debian_is_not_needed(root: Path) -> None:
    made = plan.make(sources.CATALOGUE, frozenset(), "auto", a_registry, b"", root)
    assert made.steps["base-python"].act == "pull"
    assert made.steps["api"].arguments == {"PYTHON_BASE": "python:3.14-slim"}
    assert "base-debian" not in plan.needed(made, ["nats", "api", "worker"])


def test_what_was_built_is_neither_built_nor_looked_for_again(root: Path) -> None:
    tags = everything(planned(root))
    again = plan.make(sources.CATALOGUE, tags, "auto", unasked, b"", root)
    assert {step.act for step in again.steps.values()} == {"none"}


def test_a_kept_server_is_found_under_its_version(root: Path) -> None:
    again = planned(root, everything(planned(root)))
    assert again.steps["nats"].reference.startswith("task-tracker/nats:2.15.1-sha-")


def test_a_kept_server_without_a_version_is_found_by_its_content_alone() -> None:
    tags = frozenset({"task-tracker/files:sha-1", "task-tracker/files:sha-12"})
    assert plan.kept_server(tags, "files", "sha-1") == "task-tracker/files:sha-1"
    assert plan.kept_server(tags, "files", "sha-2") is None


def test_a_changed_app_changes_the_release_and_leaves_the_servers(root: Path) -> None:
    before = planned(root)
    (root / "app" / "main.py").write_text("print()\n")
    after = planned(root, everything(before))
    assert after.release != before.release
    assert {name for name, step in after.steps.items() if step.act == "build"} == {"api", "worker"}


def test_all_apps_of_a_release_carry_its_tag(root: Path) -> None:
    made = planned(root)
    for name in ("api", "worker"):
        assert made.steps[name].reference == f"task-tracker/{name}:{made.release}"


def test_a_changed_base_changes_all_that_stands_on_it(root: Path) -> None:
    before = planned(root)
    (root / "images" / "bases" / "debian" / "apt.conf").write_text("")
    after = planned(root)
    for name in before.steps:
        assert after.steps[name].reference != before.steps[name].reference, name


def test_new_certificates_of_the_machine_make_a_new_debian(root: Path) -> None:
    before = planned(root).steps["base-debian"].reference
    after = plan.make(sources.CATALOGUE, frozenset(), "stand-in", unasked, b"new", root)
    assert after.steps["base-debian"].reference != before


def test_a_kept_image_needs_nothing_below_it(root: Path) -> None:
    first = planned(root)
    tags = everything(first) - {first.steps["base-debian"].reference}
    assert list(plan.needed(planned(root, tags), ["api"])) == ["api"]


def test_a_stranger_is_named_beside_those_there_are(root: Path) -> None:
    with pytest.raises(
        ValueError, match=r"no image is called 'apu'; there are: base-debian, .*api"
    ):
        plan.needed(planned(root), ["apu"])


def test_an_official_base_that_is_there_is_kept_without_asking() -> None:
    chosen = plan.choose("nats:2", "own:1", frozenset({"nats:2", "own:1"}), "auto", unasked)
    assert chosen == ("nats:2", "none")


def test_a_stand_in_that_is_there_is_kept_when_a_registry_comes_up() -> None:
    assert plan.choose("nats:2", "own:1", frozenset({"own:1"}), "auto", a_registry) == (
        "own:1",
        "none",
    )


def test_an_official_base_can_be_insisted_on() -> None:
    chosen = plan.choose("nats:2", "own:1", frozenset({"own:1"}), "official", unasked)
    assert chosen == ("nats:2", "pull")


def test_a_stand_in_can_be_insisted_on() -> None:
    chosen = plan.choose("nats:2", "own:1", frozenset({"nats:2"}), "stand-in", unasked)
    assert chosen == ("own:1", "make")
