"""Health checks that are none, in the spellings people use."""

from tests.policies.draft import Draft
from tests.policies.mutation import SERVERS, Mutation, inside, without

FAKES = {
    "true": ["CMD", "true"],
    "/bin/true": ["CMD", "/bin/true"],
    "NONE": ["NONE"],
    "shell :": ["CMD-SHELL", ":"],
    "exit 0": ["CMD-SHELL", "exit 0"],
    "echo": ["CMD-SHELL", "echo ok"],
    "--version": ["CMD", "nats-server", "--version"],
    "-V": ["CMD-SHELL", "postgres -V"],
    "pgrep": ["CMD-SHELL", "pgrep -f worker || exit 1"],
    "nested pgrep": ["CMD", "sh", "-c", "pgrep worker > /dev/null"],
    "ps | grep": ["CMD-SHELL", "ps aux | grep -v grep | grep worker"],
    "pidof": ["CMD", "/usr/bin/env", "pidof", "worker"],
    "kill -0": ["CMD-SHELL", "kill -0 1"],
    "|| true": ["CMD-SHELL", "curl -fsS http://127.0.0.1:8000/health || true"],
    "|| exit 0": ["CMD-SHELL", "nc -z 127.0.0.1 8000 || exit 0"],
    "|| :": ["CMD", "bash", "-lc", "wget -qO- http://127.0.0.1:8080/ || :"],
    "; exit 0": ["CMD-SHELL", "wget -q http://127.0.0.1:8080/; exit 0"],
    "; true": ["CMD-SHELL", "pg_isready ; true"],
    "twice nested": ["CMD", "sh", "-c", "sh -c 'exit 0'"],
    "in the background": ["CMD-SHELL", "curl -f http://127.0.0.1:8000/health &"],
    "| cat": ["CMD-SHELL", "curl -fs http://127.0.0.1:8000/health | cat"],
    "python pass": ["CMD", "python", "-c", "import sys; sys.exit(0)"],
    "node print": ["CMD", "node", "-e", "console.log('ok')"],
    "file is there": ["CMD-SHELL", "test -d /proc/1"],
    "ls": ["CMD", "ls", "/"],
    "curl without --fail": ["CMD", "curl", "-s", "http://127.0.0.1:8000/health"],
    "timeout true": ["CMD", "timeout", "5", "true"],
    "nginx -t": ["CMD", "nginx", "-t"],
    "the kernel's files": ["CMD-SHELL", "cat /proc/1/status"],
    "the root is there": ["CMD", "test", "-d", "/"],
    "expr": ["CMD", "expr", "1"],
    "eval": ["CMD-SHELL", "eval true"],
    "a comment": ["CMD-SHELL", "# curl -f http://127.0.0.1:8000/health"],
    "trap": ["CMD-SHELL", "trap 'exit 0' EXIT; curl -f http://127.0.0.1:8000/health"],
    "SystemExit": ["CMD", "python", "-c", "raise SystemExit(0)"],
    "curl without --fail || exit": ["CMD-SHELL", "curl http://127.0.0.1:8000/health || exit 1"],
    "an own pid": ["CMD-SHELL", "[ -f /tmp/nginx.pid ]"],
}
TIMING = ("healthcheck-timing",)


def without_proof(draft: Draft, name: str) -> None:
    """Nothing waits for its health any more."""
    draft.drop(f"{name.removesuffix('-1')}-healthy", "command:local:Command")


MUTATIONS = (
    *(
        Mutation(
            f"probe: {name}", ("real-healthcheck",), inside("healthcheck", tests=tests), SERVERS
        )
        for name, tests in FAKES.items()
    ),
    Mutation("no health check", ("require-healthcheck",), without("healthcheck"), SERVERS),
    Mutation(
        "empty health check", ("require-healthcheck",), inside("healthcheck", tests=[]), SERVERS
    ),
    Mutation("probe without timeout", TIMING, inside("healthcheck", timeout="0s"), SERVERS),
    Mutation("probe every hour", TIMING, inside("healthcheck", interval="1h0m0s"), SERVERS),
    Mutation("nobody waits for it", ("wait-for-health",), without_proof, SERVERS),
)
