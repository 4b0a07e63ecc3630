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


def behind_a_driver(**options: str) -> Change:
    def change(draft: Draft, name: str) -> None:
        draft.data(name, VOLUME)["driverOpts"] = options

    return change


VOLUMES = ("postgres-data", "nats-data", "backups", "nginx-live", "api-secrets")

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
    Mutation("//etc", SENSITIVE, bound("//etc")),
    Mutation("/opt/../etc", SENSITIVE, bound("/opt/../etc")),
    Mutation("a volume named /etc", SENSITIVE, volume("/etc")),
    Mutation(
        "a volume named docker.sock", ("no-docker-socket-mount",), volume("/var/run/docker.sock")
    ),
    Mutation("a user's own engine", ("no-docker-socket-mount",), bound("/run/user/1000")),
    Mutation("k3s", ("no-docker-socket-mount",), bound("/run/k3s", True)),
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
        SENSITIVE,
        behind_a_driver(type="none", o="bind", device="/var/lib"),
        VOLUMES,
    ),
    Mutation("/ by rbind", SENSITIVE, behind_a_driver(type="ext4", o="rbind", device="/"), VOLUMES),
    Mutation(
        "a disk as a volume", SENSITIVE, behind_a_driver(type="ext4", device="/dev/sda1"), VOLUMES
    ),
    Mutation("a mountpoint", SENSITIVE, behind_a_driver(mountpoint="/etc"), VOLUMES),
    Mutation(
        "sources as a volume",
        ("no-bind-mounts",),
        behind_a_driver(type="none", o="bind", device="/opt/src"),
        VOLUMES,
    ),
    Mutation(
        "docker.sock as a volume",
        ("no-docker-socket-mount",),
        behind_a_driver(type="none", o="bind", device="/opt/../var/run/docker.sock"),
        VOLUMES,
    ),
    Mutation(
        "a volume that propagates",
        ("no-shared-mount-propagation",),
        behind_a_driver(type="none", o="bind,rshared", device="/opt/src"),
        VOLUMES,
    ),
)
