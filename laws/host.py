"""Laws of the host: its ports, its CPUs, its memory."""

from collections import Counter
from collections.abc import Iterator

from components import backup_sessions, backups
from laws.case import Case
from mistakes import Mistake, unknown

# Services that own a volume or a port of the host: there is one, so a replacement is a gap.
EXCLUSIVE = ("postgres", "nats", "nginx", "bot")


def only_dev_publishes(case: Case) -> Iterator[Mistake]:
    """Behind the edge nothing is published but in dev, and there on 127.0.0.1 (audit N3, N4)."""
    for service in ("postgres", "api"):
        if case.strict and getattr(case.values, service).published is not None:
            yield Mistake(
                f"{service}.published", "only dev publishes a service behind the edge",
                "remove it, and reach the service with `docker exec`",
            )  # fmt: skip


def published_api_is_one(case: Case) -> Iterator[Mistake]:
    """A port of the host leads to one container; only dev may publish the api's at all."""
    if not case.strict and case.values.api.published is not None and case.values.api.replicas > 1:
        yield Mistake("api.published", "leads to one container, and replicas asks for more",
                      "remove it, or set replicas to 1")  # fmt: skip


def ports_differ(case: Case) -> Iterator[Mistake]:
    """A port of the host serves one thing."""
    v = case.values
    ports = {
        "edge.http_port": v.edge.http_port,
        "edge.https_port": v.edge.https_port,
        "postgres.published": v.postgres.published,
        "api.published": v.api.published,
    }
    counts = Counter(port for port in ports.values() if port is not None)
    for key, port in ports.items():
        if port is not None and counts[port] > 1:
            yield Mistake(key, f"port {port} is given twice", "give each its own")


def fits_its_host(case: Case) -> Iterator[Mistake]:
    """The sum of all limits is there (audit R1), of memory also while a release is replaced (I7).

    Then two generations stand side by side of whatever owns no volume or port. CPUs are shared by
    weight until the old one is gone, and cost time; memory that is not there costs a container.
    """
    v = case.values
    alone = [v.postgres.limits, v.nats.limits, v.edge.limits, *([v.bot.limits] if v.bot else [])]
    beside = [
        *[v.worker.limits] * v.worker.replicas,
        *[v.dashboard.limits] * v.dashboard.replicas,
        *([backups.LIMITS] * 2 if v.backups else []),
        *([backup_sessions.LIMITS] if v.backups and v.bot else []),
    ]
    (alone if v.api.published else beside).extend([v.api.limits] * v.api.replicas)
    cpus = round(sum(limits.cpus for limits in alone + beside), 3)
    memory = sum(limits.memory for limits in alone + 2 * beside)
    fix = "lower limits or replicas, or take a larger host"
    if cpus > v.host.cpus:
        yield Mistake("host.cpus", f"limits add up to {cpus:g}, it has {v.host.cpus:g}", fix)
    if memory > v.host.memory:
        yield Mistake(
            "host.memory",
            f"limits add up to {memory} MB while a release is replaced, it has {v.host.memory}",
            fix,
        )


def gaps_are_of_services(case: Case) -> Iterator[Mistake]:
    """Only these are ever stopped before their successor runs."""
    for name in case.values.gaps:
        if name not in EXCLUSIVE:
            yield unknown("gaps", name, EXCLUSIVE)
