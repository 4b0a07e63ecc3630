"""A workload refuses what is wrong with it, naming the field, the fault and the fix."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.workload import Attachment, Health, Limits, Mount, Published, Workload
from tests.unit.components.parts import LIMITS, known

PROBE = ("probe", "http://127.0.0.1:8000/health")


def workload(**changes: Any) -> Workload:
    given: dict[str, Any] = {
        "name": "api",
        "image": "registry.example.org:5000/task-tracker/api:v1.2.3",
        "uid": 10001,
        "networks": (Attachment(network="backend"),),
        "limits": LIMITS,
        "health": Health(command=PROBE, interval=5, timeout=3, retries=3, start_period=15),
    }
    return Workload(**{**given, **changes})


@pytest.mark.parametrize(
    "image",
    [
        "task-tracker/api:v1.2.3",
        "registry.example.org:5000/api:1@sha256:" + 64 * "a",
    ],
)
def test_an_image_that_names_one_version_is_taken(image: str) -> None:
    assert workload(image=image).image == image


@pytest.mark.parametrize(
    ("image", "fault"),
    [
        ("nginx", "moves: name a version"),
        ("nginx:latest", "moves: name a version"),
        ("registry.example.org:5000/nginx", "moves: name a version"),
        ("nginx:latest@sha256:" + 64 * "a", "moves: name a version"),
        ("nginx:1.30.6@sha256:abc", "has no whole digest"),
    ],
)
def test_an_image_that_may_be_another_tomorrow_is_refused(image: str, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        workload(image=image)


@pytest.mark.parametrize(
    "key", ["DATABASE_PASSWORD", "ADMIN_TOKEN", "APP_SECRET", "ENCRYPTION_KEY"]
)
def test_a_secret_in_the_environment_is_refused_and_the_file_named(key: str) -> None:
    with pytest.raises(ValidationError, match=f"give it as a file, {key}_FILE") as refused:
        workload(environment={key: "canary"})
    assert "canary" not in str(refused.value)


def test_the_name_of_a_secrets_file_is_no_secret() -> None:
    assert workload(environment={"ADMIN_TOKEN_FILE": "/run/secrets/admin-token"})


def test_root_is_refused() -> None:
    with pytest.raises(ValidationError, match="uid\n.*greater than 0"):
        workload(uid=0)


def test_a_misspelled_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="replica\n.*not permitted"):
        workload(replica=2)


@pytest.mark.parametrize("port", [0, 65536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(ValidationError, match="external"):
        Published(internal=80, external=port)


def test_what_owns_a_port_says_that_it_is_exclusive() -> None:
    with pytest.raises(ValidationError, match="exclusive: api owns a port or a volume"):
        workload(ports=(Published(internal=8000, external=8000),))


def test_what_writes_to_a_volume_says_that_it_is_exclusive() -> None:
    with pytest.raises(ValidationError, match="exclusive: api owns a port or a volume"):
        workload(mounts=(Mount(volume=known("data"), path="/data"),))


@pytest.mark.parametrize("how", ["read_only", "shared"])
def test_a_volume_that_others_use_too_is_not_owned(how: str) -> None:
    mount = Mount(volume=known("data"), path="/data", **{how: True})
    assert not workload(mounts=(mount,)).exclusive


def test_what_is_exclusive_has_no_replicas() -> None:
    with pytest.raises(ValidationError, match="replicas: api owns a volume or a port"):
        workload(exclusive=True, replicas=2)


def test_a_reservation_above_the_limit_is_refused() -> None:
    with pytest.raises(ValidationError, match="lower the reservation, raise the limit"):
        Limits(cpus=1, memory=512, cpus_reserved=0.5, memory_reserved=513)
    with pytest.raises(ValidationError, match="lower the reservation, raise the limit"):
        Limits(cpus=1, memory=512, cpus_reserved=1.5, memory_reserved=512)


@pytest.mark.parametrize(
    "command",
    [("true",), ("/bin/true",), ("echo", "ok"), ("pgrep", "worker"), ("nats-server", "--version")],
)
def test_a_probe_that_is_always_green_is_refused(command: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="probe the service itself"):
        Health(command=command, interval=5, timeout=3, retries=3, start_period=0)


def test_a_probe_promises_when_it_turns_red_and_green() -> None:
    health = Health(command=PROBE, interval=30, timeout=10, retries=3, start_period=40)
    assert health.red_within == 120
    assert health.green_within == 160
