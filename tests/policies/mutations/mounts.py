"""What a container sees of the host, and of other containers' volumes."""

from policies.planned import VOLUME
from tests.policies.draft import Draft
from tests.policies.mutation import JOBS, SERVERS, Change, Mutation, more

SENSITIVE = ("no-sensitive-host-mounts", "no-bind-mounts")


def bound(source: str, read_only: bool = False) -> Change:
    volume = {"hostPath": source, "containerPath": "/host", "readOnly": read_only}
    return more("volumes", volume)


def mounted(source: str, **more_of_it: object) -> Change:
    return more("mounts", {"type": "bind", "source": source, "target": "/host", **more_of_it})


def volume(name: str, path: str = "/data-of-another", read_only: bool = False) -> Change:
    return more("volumes", {"volumeName": name, "containerPath": path, "readOnly": read_only})


def loosened(draft: Draft, name: str) -> None:
    """The configuration or the secrets it has, writable."""
    places = ("/run/secrets", "/etc", "/live")
    mounts = draft.data(name)["volumes"]
    next(m for m in mounts if m["containerPath"].startswith(places))["readOnly"] = False


def shared(store: str) -> Change:
    """A second writer of a datastore's volume."""
    return lambda draft, name: volume(draft.physical(f"{store}-data", VOLUME))(draft, name)


def unprotected(draft: Draft, name: str) -> None:
    draft.options(name, VOLUME, protect=False)


def behind_a_driver(draft: Draft, name: str) -> None:
    draft.data(name, VOLUME)["driverOpts"] = {"type": "none", "o": "bind", "device": "/var/lib"}


MUTATIONS = (
    Mutation("docker.sock", ("no-docker-socket-mount",), bound("/var/run/docker.sock")),
    Mutation("docker.sock:ro", ("no-docker-socket-mount",), bound("/var/run/docker.sock", True)),
    Mutation("docker.sock by mount", ("no-docker-socket-mount",), mounted("/run/docker.sock")),
    Mutation("containerd.sock", ("no-docker-socket-mount",), bound("/run/containerd.sock")),
    Mutation("/", SENSITIVE, bound("/")),
    Mutation("/:ro", SENSITIVE, bound("/", True)),
    Mutation("/etc", SENSITIVE, bound("/etc")),
    Mutation("/var/lib/docker", SENSITIVE, bound("/var/lib/docker", True)),
    Mutation("/proc by mount", SENSITIVE, mounted("/proc", readOnly=True)),
    Mutation("/opt writable", ("bind-mounts-read-only", "no-bind-mounts"), bound("/opt/app")),
    Mutation(
        "shared propagation",
        ("no-shared-mount-propagation",),
        mounted("/opt/app", bindOptions={"propagation": "rshared"}),
    ),
    Mutation(
        "anonymous volume", ("no-anonymous-volumes",), more("volumes", {"containerPath": "/x"})
    ),
    Mutation("undeclared volume", ("declared-volumes",), volume("nobody-declared")),
    Mutation(
        "volumes of another", ("declared-volumes",), more("volumes", {"fromContainer": "postgres"})
    ),
    Mutation(
        "configuration writable",
        ("configuration-read-only",),
        loosened,
        tuple(name for name in (*SERVERS, *JOBS) if name != "dashboard-1"),
    ),
    Mutation(
        "writes to postgres's volume",
        ("one-writer-per-volume",),
        shared("postgres"),
        tuple(name for name in SERVERS if name != "postgres"),
    ),
    Mutation(
        "writes to nats's volume",
        ("one-writer-per-volume",),
        shared("nats"),
        tuple(name for name in SERVERS if name != "nats"),
    ),
    Mutation(
        "data unprotected",
        ("protect-data-volumes",),
        unprotected,
        ("postgres-data", "nats-data", "backups"),
    ),
    Mutation(
        "host path as a volume",
        ("no-sensitive-host-mounts",),
        behind_a_driver,
        ("postgres-data", "nats-data", "backups", "nginx-live", "api-secrets"),
    ),
)
