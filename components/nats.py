"""The message server: JetStream on a volume that is kept, a user with least rights per client."""

import json
from collections.abc import Mapping

import pulumi

from components.args import Args
from components.engine import Engine, Live, LiveFiles, Running
from components.networks import BACKEND
from components.secrets import Login, Secret, account
from components.workload import Attachment, Health, Limits, Mount, Workload

UID = 10005  # the image's data directory belongs to it
CLIENT_PORT = 4222
MONITOR_PORT = 8222
MONITOR = f"http://127.0.0.1:{MONITOR_PORT}"
LIVE = "/etc/nats"

# Enough of the limit stays for connections and Go's heap; streams live on disk.
MEMORY_STORE_SHARE = 8
FILE_STORE = "1GB"


class Permissions(Args):
    """Subjects a client may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]

    def inbox_of(self, client: str, slot: str) -> "Permissions":
        """The same for one account of the client: its inbox is named after the account."""
        own, its = f"_INBOX.{client}.", f"_INBOX.{account(client, slot)}."
        return Permissions(
            publish=self.publish,
            subscribe=tuple(subject.replace(own, its) for subject in self.subscribe),
        )


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
    """One server and its clients: what each may do, and its login."""

    engine: Engine
    image: str
    limits: Limits
    permissions: Mapping[str, Permissions]
    logins: Mapping[str, Login]


class Nats(pulumi.ComponentResource):
    """NATS with JetStream. Clients connect to `nats:4222` as their own user.

    Users change by reload: connections of those that stay are not cut.
    """

    def __init__(
        self, name: str, args: NatsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:nats:Nats", name, None, opts)
        data = args.engine.data_volume("nats-data", parent=self)
        spec = live_files(name, args)
        live = args.engine.live_files(spec, parent=self)
        self.server: Running = args.engine.service(
            server_workload(name, args, data, live), parent=self, after=live.ready
        )
        reloaded = args.engine.reload(spec, live, self.server, parent=self)
        self.ready: tuple[pulumi.Resource, ...] = (*self.server.ready, reloaded)
        self.register_outputs({"url": f"nats://{name}:{CLIENT_PORT}"})


def server_workload(name: str, args: NatsArgs, data: pulumi.Output[str], live: Live) -> Workload:
    """The server; its probe asks for a working JetStream, not for a version (audit H1)."""
    return Workload(
        name=name,
        image=args.image,
        command=("nats-server", "--config", f"{LIVE}/nats-server.conf"),
        uid=UID,
        networks=(Attachment(network=BACKEND),),
        mounts=(
            Mount(volume=data, path="/data"),
            Mount(volume=live.volume, path=LIVE, read_only=True),
        ),
        tmpfs={"/tmp": 16},
        limits=args.limits,
        health=Health(
            command=("wget", "-q", "-O", "/dev/null", f"{MONITOR}/healthz"),
            interval=10,
            timeout=5,
            retries=3,
            start_period=10,
        ),
        stop_grace=30,
        exclusive=True,
    )


def live_files(name: str, args: NatsArgs) -> LiveFiles:
    """The configuration, and apart from it the passwords that it names by variables."""
    passwords = {
        account(login.client, slot): secret
        for login in args.logins.values()
        for slot, secret in login.passwords.items()
    }
    return LiveFiles(
        service=name,
        path=LIVE,
        uid=UID,
        files={
            "nats-server.conf": server_conf(
                args.limits.memory,
                {
                    account(client, slot): permissions.inbox_of(client, slot)
                    for client, permissions in args.permissions.items()
                    for slot in args.logins[client].passwords
                },
            )
        },
        secrets=(_passwords(passwords).file("passwords.conf"),),
        entry="nats-server.conf",
        pointer="include './{version}/nats-server.conf'\n",
        check=("nats-server", "-t", "-c", f"{LIVE}/{{version}}/nats-server.conf"),
        reload=("nats-server", "--signal", "reload=1"),
        proof=("wget", "-q", "-O", "-", f"{MONITOR}/varz"),
    )


def server_conf(memory: int, users: Mapping[str, Permissions]) -> str:
    """The server's configuration for a memory limit in MB, and what each account may do.

    Its tag tells, in `/varz`, which version is loaded.
    """
    listed = "".join(_user(user, allowed) for user, allowed in users.items())
    return f"""include passwords.conf
server_name: nats-1
server_tags: ["{{version}}"]
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
  users: [
{listed}  ]
}}
"""


def _user(user: str, allowed: Permissions) -> str:
    """One account."""
    publish, subscribe = (json.dumps(list(part)) for part in (allowed.publish, allowed.subscribe))
    rights = f"publish: {publish}, subscribe: {subscribe}"
    return f"    {{ user: {user}, password: ${user}, permissions: {{ {rights} }} }}\n"


def _passwords(secrets: Mapping[str, Secret]) -> Secret:
    """One file of all passwords, as variables; its version is made of theirs."""
    names = list(secrets)
    values = pulumi.Output.all(*(secret.value for secret in secrets.values()))
    versions = pulumi.Output.all(*(secret.version for secret in secrets.values()))
    return Secret(
        values.apply(lambda v: "".join(f'{n}: "{p}"\n' for n, p in zip(names, v, strict=True))),
        versions.apply("-".join),
    )
