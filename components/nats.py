"""The message server: JetStream on a volume that is kept, a user with least rights per client."""

import json
from collections.abc import Mapping

import pulumi

from components.args import Args
from components.engine import Engine, Running
from components.networks import BACKEND
from components.secrets import Secret
from components.workload import Attachment, Directory, Health, Limits, Mount, Workload

UID = 10005  # the image's data directory belongs to it
CLIENT_PORT = 4222
MONITOR_PORT = 8222

# Enough of the limit stays for connections and Go's heap; streams live on disk.
MEMORY_STORE_SHARE = 8
FILE_STORE = "1GB"


class Permissions(Args):
    """Subjects a client may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


# Clients of the operators, not of the application: a backup reads streams whole and puts them back
# (natscli: account backup, restore), monitoring asks how they are.
OPERATORS = {
    "backup": Permissions(publish=("$JS.API.>", "$JS.SNAPSHOT.>"), subscribe=("_INBOX.backup.>",)),
    "monitoring": Permissions(
        publish=("$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*"),
        subscribe=("_INBOX.monitoring.>",),
    ),
}


class NatsArgs(Args):
    """One server and its users: what each may do, and its password."""

    engine: Engine
    image: str
    limits: Limits
    users: Mapping[str, Permissions]
    passwords: Mapping[str, Secret]


class Nats(pulumi.ComponentResource):
    """NATS with JetStream. Clients connect to `nats:4222` as their own user."""

    def __init__(
        self, name: str, args: NatsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:nats:Nats", name, None, opts)
        data = args.engine.data_volume("nats-data", parent=self)
        server = args.engine.service(server_workload(name, args, data), parent=self)
        self.server: Running = server
        self.ready = server.ready
        self.register_outputs({"url": f"nats://{name}:{CLIENT_PORT}"})


def server_workload(name: str, args: NatsArgs, data: pulumi.Output[str]) -> Workload:
    """The server; its probe asks for a working JetStream, not for a version (audit H1)."""
    return Workload(
        name=name,
        image=args.image,
        command=("nats-server", "--config", "/etc/nats/nats-server.conf"),
        uid=UID,
        networks=(Attachment(network=BACKEND),),
        secrets=(_users_file(args).file("users.conf"),),
        directories=(
            Directory(
                name="config",
                path="/etc/nats",
                files={"nats-server.conf": server_conf(args.limits.memory)},
            ),
        ),
        mounts=(Mount(volume=data, path="/data"),),
        tmpfs={"/tmp": 16},
        limits=args.limits,
        health=Health(
            command=("wget", "-q", "-O", "/dev/null", f"http://127.0.0.1:{MONITOR_PORT}/healthz"),
            interval=10,
            timeout=5,
            retries=3,
            start_period=10,
        ),
        stop_grace=30,
        exclusive=True,
    )


def server_conf(memory: int) -> str:
    """The server's configuration for a memory limit in MB; users come from a secret file."""
    return f"""server_name: nats-1
listen: 0.0.0.0:{CLIENT_PORT}
http: 0.0.0.0:{MONITOR_PORT}
max_payload: 1MB
jetstream {{
  store_dir: /data
  max_memory_store: {max(memory // MEMORY_STORE_SHARE, 16)}MB
  max_file_store: {FILE_STORE}
  # An acknowledged message is on the disk: the default of two minutes could lose it with the host.
  sync_interval: always
}}
authorization {{
  include ../../run/secrets/users.conf
}}
"""


def users_conf(users: Mapping[str, Permissions], passwords: Mapping[str, str]) -> str:
    """The users of the `authorization` block, with their permissions (audit S6)."""
    entries = [
        {
            "user": user,
            "password": passwords[user],
            "permissions": {
                "publish": list(permissions.publish),
                "subscribe": list(permissions.subscribe),
            },
        }
        for user, permissions in users.items()
    ]
    # JSON is valid in NATS' own format, and quotes what must be quoted.
    return f"users: {json.dumps(entries, indent=2)}\n"


def _users_file(args: NatsArgs) -> Secret:
    names = list(args.users)
    values = pulumi.Output.all(*(args.passwords[name].value for name in names))
    versions = pulumi.Output.all(*(args.passwords[name].version for name in names))
    return Secret(
        values.apply(lambda v: users_conf(args.users, dict(zip(names, v, strict=True)))),
        versions.apply("-".join),
    )
