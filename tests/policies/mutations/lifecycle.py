"""How a container starts, stops, and is replaced."""

from tests.policies.draft import Draft
from tests.policies.mutation import SERVERS, Mutation, environment, given, without

RESTART, STOP = ("restart-policy",), ("stop-gracefully",)
FLOWING = ("api-1", "api-2", "worker-1", "worker-2", "dashboard-1", "dashboard-2")


def deleted_first(draft: Draft, name: str) -> None:
    draft.options(name, delete_before_replace=True)


def left_to_the_provider(draft: Draft, name: str) -> None:
    draft.options(name, delete_before_replace=None)


def kept_probe(draft: Draft, name: str) -> None:
    """A changed health check reaches nobody: nothing makes it a replacement."""
    draft.options(name, replace_on_changes=())


def named(draft: Draft, name: str) -> None:
    """A name of its own: the successor can't be made beside it."""
    draft.data(name)["name"] = "api"
    draft.options(name, delete_before_replace=None)


def called_a_job(draft: Draft, name: str) -> None:
    """A server that says it may end, which no law of servers would look at."""
    draft.data(name).update(mustRun=False, restart="no")
    del draft.data(name)["healthcheck"]


MUTATIONS = (
    Mutation("called a job", (*RESTART, "require-healthcheck"), called_a_job, SERVERS),
    Mutation(
        "called a job, not started",
        RESTART,
        given(mustRun=False, restart="no", start=False),
        SERVERS,
    ),
    Mutation("restart no", RESTART, given(restart="no"), SERVERS),
    Mutation("restart always", RESTART, given(restart="always"), SERVERS),
    Mutation(
        "restart on-failure",
        (*RESTART, "bounded-retries"),
        given(restart="on-failure"),
        SERVERS,
    ),
    Mutation("killed at once", STOP, given(destroyGraceSeconds=0), SERVERS),
    Mutation("grace left out", STOP, without("destroyGraceSeconds"), SERVERS),
    Mutation("stops by SIGKILL", STOP, given(stopSignal="SIGKILL"), SERVERS),
    Mutation(
        "killed in mid-task",
        STOP,
        given(destroyGraceSeconds=10, stopTimeout=10),
        ("worker-1", "postgres"),
    ),
    Mutation(
        "stops by SIGTERM", ("stop-signal",), given(stopSignal="SIGTERM"), ("postgres", "nginx")
    ),
    Mutation("deleted first", ("create-before-replace",), deleted_first, FLOWING),
    Mutation("replaced as the provider likes", ("create-before-replace",), left_to_the_provider),
    Mutation("a fixed name", ("create-before-replace",), named, FLOWING),
    Mutation("a probe that never changes", ("healthcheck-changes-replace",), kept_probe, SERVERS),
    Mutation("no labels", ("require-labels",), given(labels=[])),
    Mutation(
        "processes by default",
        ("configured-processes",),
        environment("WEB_CONCURRENCY", None),
        ("api-1", "api-2"),
    ),
)
