"""A stack is made once, and its private key's salt stays out of the repository."""

import os
from pathlib import Path

import pytest

from tests.unit.toolchain.machine import Machine
from toolchain import stacks, state
from toolchain.failure import Failure

SALT = "encryptionsalt: v1:abc=:v1:def\n"


@pytest.fixture
def env(machine: Machine) -> dict[str, str]:
    """A user who has not said where state goes, and a repository with a stack file."""
    repository = machine.root / "repository"
    repository.mkdir()
    (repository / "Pulumi.yaml").write_text("name: project\n")
    (repository / "Pulumi.dev.yaml").write_text("config: {}\n")
    return {**machine.env, **state.variables(machine.env, machine.root)}


def test_with_a_private_key_pulumi_gets_a_copy_of_the_file(
    machine: Machine, env: dict[str, str]
) -> None:
    repository = machine.root / "repository"
    copy = stacks.file("dev", env, repository)
    copy.write_text(copy.read_text() + SALT)
    (repository / "Pulumi.dev.yaml").write_text("config: {changed: true}\n")
    assert stacks.file("dev", env, repository) == copy
    assert copy.read_text() == "config: {changed: true}\n" + SALT


def test_a_salt_of_the_repositorys_own_is_not_given_a_second(
    machine: Machine, env: dict[str, str]
) -> None:
    original = machine.root / "repository" / "Pulumi.dev.yaml"
    copy = stacks.file("dev", env, original.parent)
    copy.write_text(copy.read_text() + SALT)
    original.write_text("config: {}\nencryptionsalt: v1:theirs\n")
    assert stacks.file("dev", env, original.parent).read_text() == original.read_text()


def test_with_a_backend_of_the_users_own_the_file_itself_is_used(
    machine: Machine, env: dict[str, str]
) -> None:
    repository = machine.root / "repository"
    theirs = {**env, "PULUMI_BACKEND_URL": "s3://theirs"}
    assert stacks.file("dev", theirs, repository) == repository / "Pulumi.dev.yaml"


def record(machine: Machine, monkeypatch: pytest.MonkeyPatch, known: bool) -> Path:
    """A Pulumi that knows the stack or not, writes a salt where it is, and notes its calls."""
    notes = machine.root / "notes"
    machine.command(
        "pulumi",
        f'echo "$@" >> {notes}; [ "$2" != export ] || exit {0 if known else 1}; : > salt',
    )
    monkeypatch.setenv("PATH", machine.env["PATH"])
    return notes


def test_a_stack_that_is_missing_is_made_without_a_trace_in_the_repository(
    machine: Machine, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = record(machine, monkeypatch, known=False)
    repository = machine.root / "repository"
    assert stacks.create("dev", env, repository) == 0
    assert notes.read_text().splitlines()[1] == "stack init dev --no-select"
    assert not (repository / "salt").exists()


def test_a_stack_that_is_there_is_left(
    machine: Machine, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = record(machine, monkeypatch, known=True)
    assert stacks.create("dev", env, machine.root / "repository") == 0
    assert notes.read_text() == "stack export --stack dev\n"


def test_a_stack_without_a_file_is_refused_with_those_there_are(
    machine: Machine, env: dict[str, str]
) -> None:
    repository = machine.root / "repository"
    (repository / "Pulumi.prod-eu.yaml").write_text("config: {}\n")
    stacks.refuse("dev", repository)
    with pytest.raises(Failure, match="stack nope: there is no Pulumi.nope.yaml") as told:
        stacks.refuse("nope", repository)
    assert told.value.fix.startswith("name one of dev, prod-eu;")


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("up --yes", "--stack dev --config-file {state}/stacks/Pulumi.dev.yaml"),
        ("stack output picture", "--stack dev"),
        ("config set --secret key", "--stack dev"),
    ],
)
def test_a_command_gets_the_stack_and_the_copy_of_its_settings_if_it_only_reads_them(
    command: str,
    options: str,
    machine: Machine,
    env: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    became: list[str] = []
    monkeypatch.setattr(stacks, "full", lambda _: env)
    monkeypatch.setattr(stacks, "create", lambda *_: 0)
    monkeypatch.setattr(os, "environ", dict(env))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setattr(os, "execvp", lambda _, arguments: became.extend(arguments))
    stacks.main(["dev", *command.split()])
    assert " ".join(became) == f"pulumi {command} {options}".format(state=state.folder(env))
