"""The one-word commands ask the engine of their stack, and say what is wrong and what to do."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.stack_files import ENVIRONMENTS, ROOT, stack_object
from tests.unit.toolchain.machine import Machine

# What the recipes use of the machine beside docker.
PROGRAMS = ("make", "bash", "sh", "sed", "head", "wc", "awk", "cat")

HOSTS = {
    "in one line": 'host: {cpus: 2, memory: 10, address: "ssh://deploy@far.example.org:22"}',
    "in lines of its own": "host:\n      cpus: 2\n      address: ssh://deploy@far.example.org:22",
    "with a remark": "host: {address: 'ssh://deploy@far.example.org:22'} # address: ssh://old",
}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine whose docker notes which engine it is asked for, and finds nothing there."""
    made = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "home").mkdir()
    for program in PROGRAMS:
        found = shutil.which(program)
        assert found, f"{program} is not on PATH"
        (tmp_path / "bin" / program).symlink_to(found)
    asks(made, "")
    return made


def asks(machine: Machine, answer: str) -> None:
    """Have docker answer `ps`, and note every call."""
    noted = f'echo "${{DOCKER_HOST:-here}} $*" >> {machine.root}/notes'
    machine.command("docker", f'{noted}; [ "$1" != ps ] || printf "{answer}"')


def asked(machine: Machine) -> list[str]:
    """The engine of each call of docker."""
    return [line.split()[0] for line in (machine.root / "notes").read_text().splitlines()]


def make(
    machine: Machine, *arguments: str, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--file", str(ROOT / "Makefile"), *arguments],
        cwd=folder, env=machine.env, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("target", ["status", "logs", "psql"])
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_a_stack_is_asked_for_at_the_engine_its_file_names(
    environment: str, target: str, machine: Machine
) -> None:
    make(machine, target, f"STACK={environment}")
    address = stack_object(environment)["host"].get("address", "here")
    assert set(asked(machine)) == {address}


@pytest.mark.parametrize("text", HOSTS.values(), ids=HOSTS)
def test_the_address_is_found_however_it_is_written(
    text: str, machine: Machine, tmp_path: Path
) -> None:
    file = tmp_path / "Pulumi.prod-far.yaml"
    file.write_text(
        "config:\n  task-tracker:stack:\n    # host: {address: ssh://older}\n"
        f"    {text}\n    edge: {{address: 127.0.0.1}}\n"
    )
    make(machine, "status", "STACK=prod-far", folder=tmp_path)
    assert asked(machine) == ["ssh://deploy@far.example.org:22"]


def test_psql_runs_in_the_container_on_that_engine_what_was_written(machine: Machine) -> None:
    asks(machine, "task-tracker-prod-postgres\\n")
    assert make(machine, "psql", "STACK=prod", "SQL=select $$it's 1$$").returncode == 0
    last = (machine.root / "notes").read_text().splitlines()[-1]
    assert last == (
        "ssh://deploy@prod.example.org exec -i task-tracker-prod-postgres"
        " psql -U postgres -d tasktracker -c select $$it's 1$$"
    )


@pytest.mark.parametrize("target", ["up", "down", "status", "psql", "report", "rotate", "outputs"])
def test_a_stack_without_a_file_is_refused_before_anything_is_done(
    target: str, machine: Machine
) -> None:
    refused = make(machine, target, "STACK=nope")
    assert refused.returncode != 0
    assert "stack nope: there is no Pulumi.nope.yaml\n" in refused.stderr
    assert "fix: STACK=NAME, one of dev prod staging" in refused.stderr
    assert refused.stdout == "" and not (machine.root / "notes").exists()


@pytest.mark.parametrize("target", ["logs", "psql"])
def test_a_stack_that_is_not_up_is_told_with_where_it_is_not(target: str, machine: Machine) -> None:
    refused = make(machine, target, "STACK=staging")
    assert refused.returncode != 0
    assert "stack staging: no " in refused.stderr
    assert "runs on ssh://deploy@staging.example.org\n" in refused.stderr
    assert "make up STACK=staging brings it up" in refused.stderr


def test_the_status_of_a_stack_that_is_not_up_is_no_empty_table(machine: Machine) -> None:
    asks(machine, "SERVICE  STATUS\\n")
    told = make(machine, "status")
    assert told.returncode == 0
    assert told.stdout == (
        "no service of stack dev is on the engine of this machine: make up STACK=dev\n"
    )


def test_the_status_of_a_stack_that_is_up_is_the_table(machine: Machine) -> None:
    asks(machine, "SERVICE  STATUS\\napi  Up\\n")
    assert make(machine, "status").stdout == "SERVICE  STATUS\napi  Up\n"


def test_an_engine_out_of_reach_is_told_in_its_own_words_and_with_what_to_do(
    machine: Machine,
) -> None:
    machine.command("docker", "echo 'error during connect: no route to host' >&2; exit 1")
    for target in ("status", "logs", "psql"):
        refused = make(machine, target, "STACK=prod")
        assert refused.returncode != 0
        assert "no route to host\n  fix: see that docker reaches ssh://deploy@" in refused.stderr


def test_a_machine_without_docker_is_told_what_brings_it(machine: Machine) -> None:
    (machine.root / "bin" / "docker").unlink()
    refused = make(machine, "status")
    assert refused.returncode != 0
    assert "docker: not installed here\n  fix: toolchain/install docker\n" in refused.stderr
