"""What is started: programs, and the environment they read."""

from typing import Any

from policies.example import container, planned, service
from policies.planned import COMMAND, PLUGIN, REMOTE_COMMAND
from tests.policies.draft import Draft
from tests.policies.mutation import SERVERS, Change, Mutation, environment, given, more

API = ("api-1", "api-2")
OWN = ("own-users",)
DEVELOPMENT = ("no-development-server",)


def raw_container(draft: Draft, name: str) -> None:
    """A container somebody wrote beside the components."""
    draft.add(container(name, image="nginx"))


def raw_service(draft: Draft, name: str) -> None:
    draft.add(service(name, spec={"image": "nginx"}))


def started_by(type: str = COMMAND, **inputs: Any) -> Change:
    return lambda draft, name: draft.add(planned(type, name, **inputs))


def redis_without_a_password(draft: Draft, name: str) -> None:
    draft.add(container(name, image="redis/redis-stack-server:7.4.0"))


DECLARED = ("declared-containers",)
RUN = "docker run --privileged alpine"
STARTS = (
    "docker -H tcp://elsewhere run alpine",
    "docker --context elsewhere run alpine",
    "docker stack deploy --compose-file compose.yaml x",
    "nerdctl run alpine",
    "docker run --rm --detach alpine",
)

LAWS_OF_WORKLOADS = (
    *("no-latest-tag", "pin-image-digest", "non-root-user", "drop-all-capabilities"),
    *("read-only-root-filesystem", "require-memory-limit", "require-cpu-limit"),
    *("require-healthcheck", "log-rotation", "user-defined-network", "wait-for-health"),
    *("require-labels", "stop-gracefully", "require-reservations"),
)

MUTATIONS = (
    Mutation("sleeps first", ("no-fixed-sleeps",), given(command=["sh", "-c", "sleep 5 && run"])),
    Mutation("reloads itself", DEVELOPMENT, more("command", "--reload")),
    Mutation("npm run dev", DEVELOPMENT, given(command=["npm", "run", "dev"]), ("dashboard-1",)),
    Mutation("DEBUG is on", DEVELOPMENT, more("envs", "DEBUG=true")),
    Mutation(
        "a debugger",
        ("debugger-in-dev-only",),
        given(command=["python", "-m", "debugpy", "--listen", "5678", "-m", "app"]),
        SERVERS,
    ),
    Mutation("CORS *", ("explicit-origins",), environment("CORS_ORIGINS", "*"), API),
    Mutation("admin open", ("guarded-admin",), environment("ADMIN_TOKEN_FILE", None), API),
    Mutation(
        "statistics open", ("guarded-admin",), environment("STATISTICS_PASSWORD_FILE", None), API
    ),
    Mutation("is postgres", OWN, environment("DATABASE_USER", "postgres"), ("api-1", "worker-1")),
    Mutation("account of the api", OWN, environment("DATABASE_USER", "api_a"), ("worker-1",)),
    Mutation("NATS user of the worker", OWN, environment("NATS_USER", "worker_a"), ("api-1",)),
    Mutation("a raw container", LAWS_OF_WORKLOADS, raw_container, ("raw",)),
    Mutation(
        "a raw service",
        ("no-latest-tag", "non-root-user", "safe-update-config", "require-healthcheck"),
        raw_service,
        ("raw",),
    ),
    Mutation("docker run", DECLARED, started_by(create=RUN), ("run",)),
    *(Mutation(text, DECLARED, started_by(create=text), ("run",)) for text in STARTS),
    Mutation(
        "docker run by interpreter",
        DECLARED,
        started_by(interpreter=["docker", "run"], create="alpine"),
        ("run",),
    ),
    Mutation("docker run by stdin", DECLARED, started_by(create="sh", stdin=RUN), ("run",)),
    Mutation(
        "docker run by environment",
        DECLARED,
        started_by(create='sh -c "$RUN"', environment={"RUN": RUN}),
        ("run",),
    ),
    Mutation("docker run elsewhere", DECLARED, started_by(REMOTE_COMMAND, create=RUN), ("run",)),
    Mutation(
        "a plugin with all rights",
        ("no-open-plugins",),
        started_by(PLUGIN, name="vieux/sshfs:1.4", grantAllPermissions=True),
        ("plugin",),
    ),
    Mutation(
        "a datastore by another name",
        ("authenticated-datastores", "secrets-by-reference"),
        redis_without_a_password,
        ("cache",),
    ),
)
