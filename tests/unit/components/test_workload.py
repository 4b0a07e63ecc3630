"""A workload refuses what is wrong with it, naming the field, the fault and the fix."""

from typing import Any

import pytest
from pydantic import ValidationError

from components.workload import (
    Attachment,
    Directory,
    Health,
    Limits,
    Mount,
    Published,
    Workload,
)
from tests.unit.components.parts import LIMITS, known, secret

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


@pytest.mark.parametrize(
    "image",
    ["Task-Tracker/api:v1", "api: v1", ":v1", "https://registry.example.org/api:v1", "a//b:v1",
     "api:" + 129 * "1"],
)  # fmt: skip
def test_an_image_that_the_engine_could_not_read_is_refused(image: str) -> None:
    with pytest.raises(ValidationError, match=r"image\n.*is no reference: write \[registry/\]name"):
        workload(image=image)


@pytest.mark.parametrize(
    "image",
    ["localhost/api:1", "Registry:5000/a/b__c/d-e.f:v1", "10.0.0.1/api:1", "[::1]:5000/api:1"],
)
def test_an_image_of_any_registry_is_taken(image: str) -> None:
    assert workload(image=image).image == image


@pytest.mark.parametrize(
    ("signal", "fix"),
    [("SIGTREM", "did you mean 'SIGTERM'"), ("TERM", "SIGTERM"), ("SIGKILL", "SIG"), ("9", "SIG")],
)
def test_a_signal_that_asks_no_process_to_stop_is_refused(signal: str, fix: str) -> None:
    with pytest.raises(ValidationError, match=f"stop_signal\n.*'{signal}' is no signal.*{fix}"):
        workload(stop_signal=signal)


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("data", "'data' is relative: write it from the root on"),
        ("./data", "is relative"),
        ("/data/", "can be written shorter"),
        ("/data/../etc", "can be written shorter"),
        ("//data", "can be written shorter"),
        ("/", "'/' is the engine's own: take another"),
        ("/dev", "is the engine's own"),
        ("/proc/sys", "is the engine's own"),
        ("/sys", "is the engine's own"),
    ],
)
def test_a_path_that_is_no_place_of_its_own_is_refused(path: str, fault: str) -> None:
    with pytest.raises(ValidationError, match=f"path\n.*{fault}"):
        Mount(volume=known("data"), path=path)
    with pytest.raises(ValidationError, match=f"path\n.*{fault}"):
        Directory(name="config", path=path, files={})
    with pytest.raises(ValidationError, match=f"tmpfs.*\n.*{fault}"):
        workload(tmpfs={path: 16})


@pytest.mark.parametrize("path", ["/data", "/dev/shm", "/system/proc", "/var/lib/postgresql"])
def test_a_path_of_its_own_is_taken(path: str) -> None:
    assert Mount(volume=known("data"), path=path).path == path


def test_a_tmpfs_has_a_size() -> None:
    with pytest.raises(ValidationError, match="tmpfs./tmp\n.*greater than or equal to 1"):
        workload(tmpfs={"/tmp": 0})


@pytest.mark.parametrize("name", ["a/b", "..", "/a", ""])
def test_a_file_of_a_directory_is_named_and_not_a_path(name: str) -> None:
    with pytest.raises(ValidationError, match="files"):
        Directory(name="config", path="/etc/app", files={name: "text"})


DATA = Mount(volume=known("data"), path="/data", read_only=True)
CONFIG = Directory(name="config", path="/etc/app", files={"a": "b"})
PASSWORD = secret("password").file("password")


@pytest.mark.parametrize(
    ("changes", "field", "fault"),
    [
        ({"mounts": (DATA, DATA)}, "mounts", "/data is taken by mounts"),
        ({"mounts": (DATA,), "tmpfs": {"/data": 16}}, "mounts", "/data is taken by tmpfs"),
        (
            {"directories": (CONFIG,), "tmpfs": {"/etc/app": 16}},
            "directories", "/etc/app is taken by tmpfs",
        ),
        (
            {"secrets": (PASSWORD,), "tmpfs": {"/run/secrets": 16}},
            "secrets", "/run/secrets is taken by tmpfs",
        ),
    ],
)  # fmt: skip
def test_what_would_hide_another_is_refused(
    changes: dict[str, Any], field: str, fault: str
) -> None:
    with pytest.raises(ValidationError, match=f"{field}: {fault}: give each a path of its own"):
        workload(**changes)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"mounts": (DATA,), "tmpfs": {"/data/x": 16}}, "tmpfs: /data/x .* mounts mounts"),
        (
            {"directories": (CONFIG,), "mounts": (DATA.model_copy(update={"path": "/etc/app/d"}),)},
            "mounts: /etc/app/d .* directories mounts",
        ),
    ],
)
def test_nothing_is_mounted_where_no_place_for_it_can_be_made(
    changes: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ValidationError, match=f"{fault} read-only: put them side by side"):
        workload(**changes)


def test_what_lies_in_a_place_that_can_be_written_to_is_taken() -> None:
    assert workload(secrets=(PASSWORD,), tmpfs={"/run": 16, "/run/secretsome": 1})


@pytest.mark.parametrize(
    ("field", "values", "name"),
    [
        ("networks", (Attachment(network="a"), Attachment(network="a", answers=False)), "a"),
        ("secrets", (PASSWORD, PASSWORD), "password"),
        ("directories", (CONFIG, CONFIG.model_copy(update={"path": "/etc/b"})), "config"),
        (
            "ports",
            (Published(internal=1, external=80), Published(internal=2, external=80)),
            "127.0.0.1:80",
        ),
    ],
)
def test_what_is_named_twice_is_refused(field: str, values: tuple[Any, ...], name: str) -> None:
    with pytest.raises(ValidationError, match=f"{field}: {name} is given twice: keep one"):
        workload(**{field: values, "exclusive": field == "ports"})


def test_a_directory_takes_no_name_from_the_secrets() -> None:
    directory = Directory(name="secrets", path="/etc/app", files={})
    with pytest.raises(ValidationError, match="directories: secrets is given twice"):
        workload(directories=(directory,), secrets=(PASSWORD,))
    assert workload(directories=(directory,))


def test_what_publishes_a_port_is_on_a_network() -> None:
    port = Published(internal=8000, external=8000)
    with pytest.raises(ValidationError, match="networks: api publishes a port: attach it to one"):
        workload(networks=(), ports=(port,), exclusive=True)


def test_a_port_is_published_on_an_address() -> None:
    with pytest.raises(ValidationError, match="address\n.*is not an IP address of the host"):
        Published(internal=80, external=80, address="localhost")


@pytest.mark.parametrize("key", ["", "A=B", "1A", "A B"])
def test_a_variable_has_a_name(key: str) -> None:
    with pytest.raises(ValidationError, match="environment\n.*is no name of a variable"):
        workload(environment={key: "1"})


def test_a_share_of_a_cpu_is_one_that_the_engine_grants() -> None:
    with pytest.raises(ValidationError, match="cpus\n.*greater than or equal to 0.01"):
        Limits(cpus=0.001, memory=512, cpus_reserved=0.001, memory_reserved=512)
