"""One command starts a secret anew, and nothing that uses it loses a request (audit S4)."""

import subprocess
import sys

from components.nats import LIVE
from tests.live.load import Load, Request
from tests.live.pulumi_stack import ROOT, PulumiStack, docker
from tests.live.replicated import BASE

CREATE = Request("POST", "/api/tasks", lambda number: {"title": f"rotated {number}"}, 201)


def rotate(stack: PulumiStack, secret: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ops.rotate", "--stack", stack.name, "--secret", secret, "--yes",
         "--directory", str(stack.folder)],
        cwd=ROOT, env=stack.environment, text=True, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def account(stack: PulumiStack, service: str, variable: str) -> str:
    """Which of its two accounts a running service uses."""
    container = stack.containers(service)[0]
    environment = docker("exec", container, "env").splitlines()
    return next(line.partition("=")[2] for line in environment if line.startswith(variable))


def expiry(stack: PulumiStack, role: str) -> str:
    """Until when the database takes an account's password."""
    server = stack.containers("postgres")[0]
    asked = f"SELECT coalesce(rolvaliduntil, 'infinity') FROM pg_roles WHERE rolname = '{role}'"
    return docker("exec", server, "psql", "-U", "postgres", "-d", "tasktracker", "-tAc", asked)


def test_rotating_a_database_login_loses_no_request_and_ends_the_old_password(
    replicated: PulumiStack,
) -> None:
    before = account(replicated, "api", "DATABASE_USER")
    with Load(BASE, CREATE, rate=20) as load:
        rotate(replicated, "api-database")
    print(f"rotation of api-database: {load.figures()}")
    assert load.figures().failed == 0
    after = account(replicated, "api", "DATABASE_USER")
    assert {before, after} == {"api_a", "api_b"}
    assert expiry(replicated, after) == "infinity"
    assert expiry(replicated, before).startswith("20"), "the old password would be good for ever"


def test_rotating_a_nats_login_cuts_nobody_off_and_loses_no_request(
    replicated: PulumiStack,
) -> None:
    before = account(replicated, "worker", "NATS_USER")
    server = replicated.containers("nats")
    with Load(BASE, CREATE, rate=20) as load:
        rotate(replicated, "worker-nats")
    print(f"rotation of worker-nats: {load.figures()}")
    assert load.figures().failed == 0
    assert account(replicated, "worker", "NATS_USER") != before
    assert replicated.containers("nats") == server, "NATS was replaced, not reloaded"
    (version,) = docker("exec", *server, "find", LIVE, "-name", "passwords.conf").split()
    print(f"the one file with passwords: {version}")


def test_a_second_preview_after_a_rotation_shows_no_change(replicated: PulumiStack) -> None:
    replicated.preview("--expect-no-changes").succeeded()
