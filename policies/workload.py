"""A Container and a Service seen alike: what runs, as whom, on what, with how much."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from policies.image import parse
from policies.inputs import Inputs, Undecided
from policies.mount import Mount, mounts
from policies.port import Port, of_container, of_service
from policies.values import UNKNOWN

MEGABYTE = 1024 * 1024

# Programs that keep data and answer whoever reaches them, by the usual names of their images.
DATASTORES = {
    *("postgres", "postgresql", "pgvector", "postgis", "timescaledb", "mysql", "mariadb", "mongo"),
    *("mongodb", "redis", "valkey", "keydb", "memcached", "nats", "rabbitmq", "kafka", "zookeeper"),
    *("elasticsearch", "opensearch", "cassandra", "couchdb", "influxdb", "clickhouse", "etcd"),
    *("clickhouse-server", "percona", "mssql", "cockroach", "neo4j", "qdrant", "minio", "consul"),
}
# Programs in their images that are no server: what runs one of them keeps nothing.
CLIENTS = {
    *("backup", "pgbackrest", "pg_dump", "pg_dumpall", "psql", "mysql", "mysqldump", "mongodump"),
    *("mongosh", "redis-cli", "nats", "mc", "etcdctl"),
}

# The program of a container that carries files and never runs.
NEVER = "/never-started"


class Workload:
    """The inputs of a Container, or of a Service with its task and its container."""

    def __init__(self, inputs: Inputs, swarm: bool) -> None:
        self.inputs = inputs
        self.swarm = swarm

    @cached_property
    def task(self) -> Inputs:
        return self.inputs.inside("taskSpec") if self.swarm else self.inputs

    @cached_property
    def spec(self) -> Inputs:
        """Where the fields of the container itself are."""
        return self.inputs.inside("taskSpec", "containerSpec") if self.swarm else self.inputs

    @property
    def image(self) -> str:
        return self.spec.text("image")

    @property
    def user(self) -> str:
        return self.spec.text("user")

    @property
    def command(self) -> list[str]:
        """The words that run: entry point, then arguments."""
        first, second = ("commands", "args") if self.swarm else ("entrypoints", "command")
        return [*self.spec.texts(first), *self.spec.texts(second)]

    def environment(self) -> Iterator[tuple[str, object]]:
        """Names and values of the environment; a value may be `UNKNOWN`, a name may not."""
        if self.swarm:
            yield from self.spec.inside("env").data.items()
            return
        for entry in self.spec.texts("envs"):
            name, _, value = entry.partition("=")
            yield name, type(entry)(value)

    def labels(self) -> dict[str, object]:
        """Labels of the container, and of the service that runs it; values may be `UNKNOWN`."""
        return self._labels

    @cached_property
    def _labels(self) -> dict[str, object]:
        levels = (self.spec, self.inputs) if self.swarm else (self.inputs,)
        return {
            label.text("label"): UNKNOWN if not label.known("value") else label.text("value")
            for level in levels
            for label in level.each("labels")
        }

    def label(self, name: str) -> str:
        """The value of one label; empty when there is none."""
        value = self.labels().get(name, "")
        if value is UNKNOWN:
            raise Undecided(f"labels.{name}")
        return str(value)

    def mounts(self) -> Iterator[Mount]:
        return mounts(self.spec)

    def ports(self) -> Iterator[Port]:
        """The published ports."""
        return of_service(self.inputs) if self.swarm else of_container(self.inputs)

    def networks(self) -> Iterator[str]:
        """Names (or ids) of the networks it joins."""
        if self.swarm:
            for network in self.task.each("networksAdvanceds"):
                yield network.text("name") or network.text("id")
            return
        for network in self.inputs.each("networksAdvanced"):
            yield network.text("name")

    def capabilities(self, kind: str) -> list[str]:
        """Capabilities of `kind` (adds, drops), without their prefix, in capitals."""
        if self.swarm:
            names = self.spec.texts({"adds": "capAdds", "drops": "capDrops"}[kind])
        else:
            names = self.inputs.inside("capabilities").texts(kind)
        return [name.upper().removeprefix("CAP_") for name in names]

    @property
    def memory(self) -> float:
        """The memory limit in megabytes; 0 when there is none."""
        if self.swarm:
            return self.task.inside("resources", "limits").number("memoryBytes") / MEGABYTE
        return self.inputs.number("memory")

    @property
    def cpus(self) -> float:
        """The CPU limit in cores; 0 when there is none."""
        if self.swarm:
            return self.task.inside("resources", "limits").number("nanoCpus") / 1e9
        period = self.inputs.number("cpuPeriod") or 100_000  # the kernel's default, microseconds
        return self.inputs.number("cpus") or self.inputs.number("cpuQuota") / period

    @property
    def replicas(self) -> int:
        """How many of it run; 1 for a container."""
        if not self.swarm:
            return 1
        replicated = self.inputs.inside("mode", "replicated")
        return int(replicated.number("replicas")) if replicated.has("replicas") else 1

    @property
    def restart(self) -> str:
        """no, on-failure, always or unless-stopped; for a service none, on-failure or any."""
        if self.swarm:
            return self.task.inside("restartPolicy").text("condition") or "any"
        return self.inputs.text("restart") or "no"

    @property
    def is_job(self) -> bool:
        """Whether it is no server: it may end (`mustRun` is false) and nothing starts it again."""
        may_end = self.inputs.has("mustRun") and not self.inputs.flag("mustRun")
        return not self.swarm and may_end and self.restart == "no"

    @property
    def is_filler(self) -> bool:
        """Whether nothing in it can ever run: it is made for its uploads, by a program of no image.

        A job is not started either, until a command starts it.
        """
        waits = self.inputs.has("start") and not self.inputs.flag("start")
        return self.is_job and waits and self.command[:1] == [NEVER]

    @property
    def service(self) -> str:
        """The service it belongs to, by its label; empty for one that carries none."""
        return self.label("tasktracker.service")

    @property
    def is_datastore(self) -> bool:
        """Whether it keeps data that others read: by its label, or by the image it runs."""
        if self.service in DATASTORES:
            return True
        return parse(self.image).name in DATASTORES and not CLIENTS & {*self.command[:1]}
