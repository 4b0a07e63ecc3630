"""What is started: programs, and the environment they read."""

from policies.example import container, planned, service
from policies.planned import COMMAND
from tests.policies.draft import Draft
from tests.policies.mutation import SERVERS, Mutation, environment, given, more

API = ("api-1", "api-2")
OWN = ("own-users",)
DEVELOPMENT = ("no-development-server",)


def raw_container(draft: Draft, name: str) -> None:
    """A container somebody wrote beside the components."""
    draft.add(container(name, image="nginx"))


def raw_service(draft: Draft, name: str) -> None:
    draft.add(service(name, spec={"image": "nginx"}))


def started_by_command(draft: Draft, name: str) -> None:
    draft.add(planned(COMMAND, name, create="docker run --privileged alpine"))


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
    Mutation("docker run", ("declared-containers",), started_by_command, ("run",)),
)
