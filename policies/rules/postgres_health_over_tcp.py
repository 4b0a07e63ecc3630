"""While the image makes a new database, its server answers on the socket alone: a probe that asks
there is green before a client can connect, and stays so where none ever can.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    health = workload.spec.inside("healthcheck")
    if workload.service != "postgres" or workload.is_job or not health.get("tests"):
        return
    words = [word for text in health.texts("tests") for word in text.split()]
    programs = [word.rpartition("/")[2] for word in words]
    if not {"pg_isready", "psql"} & {*programs}:
        return
    environment = dict(workload.environment())
    if not _host(words) and str(environment.get("PGHOST", "/")).startswith("/"):
        yield "its health check asks by the socket"


def _host(words: list[str]) -> str:
    """The host a program of Postgres is told to ask; empty where that is a socket."""
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        following = words[index + 1] if index + 1 < len(words) else ""
        if option in ("-h", "--host"):
            host = value if equals else following
        elif word.startswith("-h") and len(word) > 2:
            host = word[2:]
        elif option in ("host", "hostaddr") and equals:
            host = value
        elif "://" in word:
            host = word.partition("://")[2].rpartition("@")[2].split("/")[0]
        else:
            continue
        host = host.strip("\"'")
        return "" if host.startswith(("/", "%2F", "@")) else host
    return ""


_LABELS = [{"label": "tasktracker.service", "value": "postgres"}]
_BY_SOCKET = {"tests": ["CMD", "pg_isready", "-U", "postgres"]}

rule = Rule(
    id="postgres-health-over-tcp",
    title="The database is asked the way its clients ask",
    severity=Severity.medium,
    frameworks=("audit H3",),
    why=__doc__,
    mend="Give pg_isready the host by -h 127.0.0.1.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(
        container(
            labels=_LABELS,
            healthcheck={"tests": ["CMD", "pg_isready", "-h", "127.0.0.1", "-U", "postgres"]},
        ),
        container(labels=_LABELS, healthcheck=_BY_SOCKET, envs=["PGHOST=127.0.0.1"]),
        container(healthcheck=_BY_SOCKET),
        service(spec={"labels": _LABELS}),
    ),
    fails=(
        container(labels=_LABELS, healthcheck=_BY_SOCKET),
        container(
            labels=_LABELS,
            healthcheck={"tests": ["CMD-SHELL", "pg_isready --host=/var/run/postgresql"]},
        ),
        service(spec={"labels": _LABELS, "healthcheck": _BY_SOCKET}),
    ),
    check=check,
)
