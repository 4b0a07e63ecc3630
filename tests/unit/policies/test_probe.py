"""Health checks that ask something, and those that can only succeed."""

from __future__ import annotations

import random

import pytest

from policies.probe import hollow

HOLLOW = [
    [],
    ["NONE"],
    ["CMD"],
    ["CMD", "true"],
    ["CMD", "/bin/true"],
    ["CMD", "nats-server", "--version"],
    ["CMD", "/nats-server", "--version"],
    ["CMD", "echo", "ok"],
    ["CMD", "pgrep", "-f", "worker"],
    ["CMD", "sh", "-c", "pidof nginx"],
    ["CMD", "sh", "-c", "curl -f http://x || true"],
    ["CMD", "bash", "-lc", "true"],
    ["CMD", "env", "A=1", "true"],
    ["CMD", "timeout", "5", "true"],
    ["CMD", "busybox", "true"],
    ["CMD", "gosu", "nginx", "ps", "aux"],
    ["CMD", "python", "-c", "import sys; sys.exit(0)"],
    ["CMD", "python3", "-c", "print('ok')"],
    ["CMD", "node", "-e", "process.exit(0)"],
    ["CMD", "curl", "-s", "http://x"],
    ["curl -f http://x"],
    ["CMD-SHELL", ""],
    ["CMD-SHELL", ":"],
    ["CMD-SHELL", "exit"],
    ["CMD-SHELL", "exit 0"],
    ["CMD-SHELL", "! false"],
    ["CMD-SHELL", "ls /"],
    ["CMD-SHELL", "echo ok"],
    ["CMD-SHELL", "kill -0 1"],
    ["CMD-SHELL", "nginx -t"],
    ["CMD-SHELL", "nats-server --version"],
    ["CMD-SHELL", "nats-server -v >/dev/null 2>&1"],
    ["CMD-SHELL", "pgrep -f worker || exit 1"],
    ["CMD-SHELL", "ps aux | grep nginx"],
    ["CMD-SHELL", "ps aux | grep -v grep | grep nginx || exit 1"],
    ["CMD-SHELL", "curl -f http://x || true"],
    ["CMD-SHELL", "curl -f http://x || :"],
    ["CMD-SHELL", "curl -f http://x || exit 0"],
    ["CMD-SHELL", "curl -f http://x; true"],
    ["CMD-SHELL", "curl -f http://x ; exit 0"],
    ["CMD-SHELL", "curl -f http://x\ntrue"],
    ["CMD-SHELL", "curl -f http://x || echo bad"],
    ["CMD-SHELL", "curl -f http://x | cat"],
    ["CMD-SHELL", "curl -f http://x &"],
    ["CMD-SHELL", "(curl -f http://x || true)"],
    ["CMD-SHELL", "{ curl -f http://x || true; }"],
    ["CMD-SHELL", "curl -f http://x && true || true"],
    ["CMD-SHELL", "curl -f http://x > /dev/null 2>&1 || true"],
    ["CMD-SHELL", "if curl -f http://x; then exit 0; else exit 0; fi"],
    ["CMD-SHELL", "if pgrep nginx; then exit 0; else exit 1; fi"],
    ["CMD-SHELL", "sh -c 'sh -c \"exit 0\"'"],
    ["CMD-SHELL", "set -e; true"],
    ["CMD-SHELL", "test 1 = 1"],
    ["CMD-SHELL", "[ 1 ]"],
    ["CMD-SHELL", "test -d /proc/1"],
    ["CMD-SHELL", '[ -n "$(pgrep x)" ]'],
    ["CMD-SHELL", "curl http://localhost"],
    ["CMD-SHELL", "echo 'unbalanced"],
]

REAL = [
    ["CMD", "wget", "-q", "-O", "-", "http://127.0.0.1:8222/healthz"],
    ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres", "-d", "x"],
    ["CMD", "/usr/local/bin/probe", "http://127.0.0.1:8000/api/health"],
    ["CMD", "redis-cli", "ping"],
    ["CMD", "curl", "-fsS", "http://x"],
    ["CMD", "timeout", "5", "curl", "-f", "http://x"],
    ["CMD", "mysqladmin", "ping", "-h", "localhost"],
    ["CMD", "rabbitmq-diagnostics", "-q", "ping"],
    ["CMD", "python", "-c", "import urllib.request; urllib.request.urlopen('http://x')"],
    ["CMD", "sh", "-c", "wget -q -O- http://x | grep ok"],
    ["CMD-SHELL", "pg_isready -U ${POSTGRES_USER} -d $POSTGRES_DB"],
    ["CMD-SHELL", "curl -f http://x || exit 1"],
    ["CMD-SHELL", "curl -sf http://x >/dev/null 2>&1 || exit 1"],
    ["CMD-SHELL", "curl -s http://x | grep -q ok"],
    ["CMD-SHELL", "curl -f http://x; exit $?"],
    ["CMD-SHELL", "curl --fail http://x && pgrep x"],
    ["CMD-SHELL", "exec curl -f http://x"],
    ["CMD-SHELL", "if curl -f http://x; then exit 0; else exit 1; fi"],
    ["CMD-SHELL", "wget --no-verbose --tries=1 --spider http://localhost/ || exit 1"],
    ["CMD-SHELL", "[ \"$(curl -s -o /dev/null -w '%{http_code}' http://x)\" = 200 ]"],
    ["CMD-SHELL", "code=$(curl -s -o /dev/null -w '%{http_code}' x); [ \"$code\" = 200 ]"],
    ["CMD-SHELL", "mongosh --eval 'db.adminCommand(\"ping\")' --quiet"],
    ["CMD-SHELL", "echo ruok | nc localhost 2181 | grep imok"],
    ["CMD-SHELL", "nc -z localhost 8080"],
    ["CMD-SHELL", "test -f /tmp/healthy"],
    ["CMD-SHELL", "/healthcheck.sh"],
]


def test_no_text_breaks_the_reader() -> None:
    words = ["curl", "-f", "||", "&&", "|", ";", "&", "(", ")", "if", "then", "fi", "$(", "'", "!"]
    chance = random.Random(1)
    for _ in range(3000):
        text = " ".join(chance.choices(words, k=chance.randint(0, 9)))
        hollow(["CMD-SHELL", text])
        hollow(["CMD", *text.split()])


@pytest.mark.parametrize("tests", HOLLOW, ids=" ".join)
def test_a_check_that_can_only_succeed_is_hollow(tests: list[str]) -> None:
    assert hollow(tests)


@pytest.mark.parametrize("tests", REAL, ids=" ".join)
def test_a_check_that_can_fail_with_the_service_is_real(tests: list[str]) -> None:
    assert hollow(tests) is None
