"""A container and a service seen alike."""

from __future__ import annotations

from typing import Any

import pytest

from policies.example import container, service
from policies.inputs import Undecided
from policies.values import UNKNOWN

OF_API = [{"label": "tasktracker.service", "value": "api"}]


def test_the_environment_is_names_and_values_in_both() -> None:
    plain = container(envs=["A=1", "B=x=y", "C"]).workload
    swarm = service(spec={"env": {"A": "1", "B": UNKNOWN}}).workload
    assert list(plain.environment()) == [("A", "1"), ("B", "x=y"), ("C", "")]
    assert list(swarm.environment()) == [("A", "1"), ("B", UNKNOWN)]


def test_an_unknown_volume_name_is_only_read_by_who_asks() -> None:
    (mount,) = container(volumes=[{"volumeName": UNKNOWN, "containerPath": "/d"}]).workload.mounts()
    assert (mount.type, mount.target, mount.read_only) == ("volume", "/d", False)
    with pytest.raises(Undecided, match=r"volumes\[0\]\.volumeName"):
        assert mount.source


def test_limits_are_megabytes_and_cores_in_both() -> None:
    limits = {"memoryBytes": 512 * 1024 * 1024, "nanoCpus": 500_000_000}
    swarm = service(task={"resources": {"limits": limits}}).workload
    assert (swarm.memory, swarm.cpus) == (512, 0.5)
    plain = container(memory=512, cpuQuota=50_000).workload
    assert (plain.memory, plain.cpus) == (512, 0.5)


def test_capabilities_lose_prefix_and_case() -> None:
    assert container(capabilities={"adds": ["cap_chown"]}).workload.capabilities("adds") == [
        "CHOWN"
    ]
    assert service(spec={"capDrops": ["all"]}).workload.capabilities("drops") == ["ALL"]


@pytest.mark.parametrize(
    ("inputs", "job", "filler"),
    [
        ({}, False, False),
        ({"mustRun": False}, False, False),
        ({"mustRun": False, "attach": True}, True, False),
        ({"mustRun": False, "start": False, "ports": [{"internal": 80}]}, False, False),
        ({"mustRun": False, "start": False, "labels": OF_API}, False, False),
        ({"mustRun": False, "start": False, "command": ["/never-started"]}, True, False),
        (
            {"mustRun": False, "start": False, "entrypoints": ["/never-started"], "labels": OF_API},
            True,
            True,
        ),
        ({"mustRun": False, "start": False}, True, False),
        ({"mustRun": False, "start": False, "networkMode": "none"}, True, False),
        ({"mustRun": False, "start": False, "entrypoints": ["/never-started"]}, True, True),
        ({"mustRun": False, "entrypoints": ["/never-started"]}, False, False),
        ({"mustRun": False, "start": False, "command": ["psql"]}, True, False),
        ({"mustRun": False, "restart": "always", "networkMode": "none"}, False, False),
        ({"start": False, "entrypoints": ["/never-started"]}, False, False),
    ],
)
def test_jobs_may_end_and_fillers_never_start(
    inputs: dict[str, Any], job: bool, filler: bool
) -> None:
    workload = container(**inputs).workload
    assert (workload.is_job, workload.is_filler) == (job, filler)


@pytest.mark.parametrize(
    "image",
    [
        "postgres:18.1",
        "docker.io/pgvector/pgvector:0.8.0-pg18",
        "x.example/nats:2",
        "mcr.microsoft.com/mssql/server:2022",
        "mysql/mysql-server:8.0.32",
        "percona/percona-server:8.4",
        "percona/percona-server-mongodb:8.0",
        "mongodb/mongodb-community-server:8.0.1",
        "redis/redis-stack-server:7.4",
        "bitnami/redis-cluster:8.0",
        "timescale/timescaledb-ha:pg17",
        "confluentinc/cp-kafka:8.0",
        "couchbase/server:7.6",
        "ghcr.io/zalando/spilo-17:4.0",
        "hashicorp/vault:1.20",
        "x.example/redis7",
    ],
)
def test_a_datastore_is_known_by_its_image(image: str) -> None:
    assert container(image=image).workload.is_datastore


def test_a_datastore_is_known_by_its_label() -> None:
    labels = [{"label": "tasktracker.service", "value": "postgres"}]
    assert container(image="x/y:1", labels=labels).workload.is_datastore
    assert not container(image="api:v1").workload.is_datastore


@pytest.mark.parametrize(
    "image",
    [
        "api:v1",
        "prometheuscommunity/postgres-exporter:v0.17",
        "natsio/nats-box:0.18",
        "mongo-express:1.0",
        "provectuslabs/kafka-ui:v0.7",
        "redis/redisinsight:2.70",
        "x.example/files:1.0",
        "x.example/server:1.0",
    ],
)
def test_what_only_has_to_do_with_a_datastore_is_none(image: str) -> None:
    assert not container(image=image).workload.is_datastore


def test_a_label_does_not_hide_which_datastore_an_image_is() -> None:
    labels = [{"label": "tasktracker.service", "value": "postgres"}]
    assert container(image="redis:8.0", labels=labels).workload.datastore == "redis"
    assert container(image=UNKNOWN, labels=labels).workload.datastore == "postgres"


@pytest.mark.parametrize("mode", ["", "default", "bridge", "nat", "none", "host", "container:a"])
def test_a_network_mode_that_names_no_network_joins_none(mode: str) -> None:
    joined = container(networkMode=mode, networksAdvanced=[{"name": "backend"}])
    assert list(joined.workload.networks()) == ["backend"]


def test_a_network_mode_that_names_a_network_joins_it_too() -> None:
    joined = container(networkMode="backend", networksAdvanced=[{"name": "frontend"}])
    assert list(joined.workload.networks()) == ["backend", "frontend"]


@pytest.mark.parametrize(
    ("command", "keeps"),
    [
        ([], True),
        (["postgres", "-c", "max_connections=9"], True),
        (["sh", "-c", "exec postgres"], True),
        (["backup", "serve"], False),
        (["psql", "-f", "/roles.sql"], False),
    ],
)
def test_a_client_that_runs_a_datastores_image_is_none(command: list[str], keeps: bool) -> None:
    assert container(image="postgres:18.1", command=command).workload.is_datastore is keeps
