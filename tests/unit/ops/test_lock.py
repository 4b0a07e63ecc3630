"""Who holds a stack, and whether he still lives."""

import json
import socket
import subprocess
from pathlib import Path

import pytest

from ops import lock


def write(root: Path, pid: int, hostname: str | None = None, stack: str = "dev") -> None:
    folder = root / ".pulumi" / "locks" / "organization" / "task-tracker" / stack
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "pid": pid,
        "username": "ops",
        "hostname": hostname or socket.gethostname(),
        "timestamp": "2026-11-26T06:44:54.123456789Z",
    }
    (folder / f"{pid}.json").write_text(json.dumps(content))


def read(root: Path) -> tuple[lock.Lock, ...]:
    return lock.read(root.as_uri(), "task-tracker", "dev")


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    done = subprocess.Popen(["true"])
    done.wait()
    return done.pid


def test_a_stack_without_a_lock_has_none(tmp_path: Path) -> None:
    assert read(tmp_path) == ()


def test_the_lock_of_another_stack_is_not_its_own(tmp_path: Path, dead: int) -> None:
    write(tmp_path, dead, stack="dev-2")
    assert read(tmp_path) == ()


def test_the_lock_of_a_process_that_ended_is_stale(tmp_path: Path, dead: int) -> None:
    write(tmp_path, dead)
    (found,) = read(tmp_path)
    assert found.stale
    assert str(found).endswith(f"process {dead}, since 2026-11-26 06:44:54")


def test_a_number_that_another_program_has_by_now_makes_no_lock_live(tmp_path: Path) -> None:
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
        write(tmp_path, other.pid)
        assert read(tmp_path)[0].stale


def test_a_pulumi_that_runs_holds_its_lock(tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.symlink_to("/bin/cat")
    pipe = subprocess.PIPE
    with subprocess.Popen([program], stdin=pipe, stdout=pipe, bufsize=0) as running:
        assert running.stdin and running.stdout
        running.stdin.write(b"it runs\n")
        running.stdout.readline()  # until then its command line may be empty
        write(tmp_path, running.pid)
        assert not read(tmp_path)[0].stale


def test_a_lock_of_another_machine_is_never_called_stale(tmp_path: Path, dead: int) -> None:
    write(tmp_path, dead, hostname="elsewhere")
    assert not read(tmp_path)[0].stale


def test_a_state_that_is_not_in_files_has_locks_that_only_pulumi_reads() -> None:
    assert lock.read("s3://states", "task-tracker", "dev") == ()
