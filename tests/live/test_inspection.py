"""Every running container, looked at from the kernel's side: audit H1-H6 and R1-R6 as they hold."""

import errno
import re
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from components import backup_sessions, backups
from tests.live.app.processes import wait_for
from tests.live.pulumi_stack import PulumiStack, docker, inspect
from tests.live.running import PROC, Mount, Running, running
from tests.live.stacks import ENVIRONMENTS

pytestmark = pytest.mark.parametrize("stack", ENVIRONMENTS, indirect=True)

MEGABYTE = 1024 * 1024
SECOND = 1_000_000_000  # Docker counts in nanoseconds
NO_CAPABILITIES = "0" * 16
SECCOMP_FILTER = "2"  # proc(5)

# What runs only where a part of the stack file asks for it: which parts those are.
ASKED_FOR = {
    "backup": {"backups"},
    "drill": {"backups"},
    "bot": {"bot"},
    "sessions-backup": {"backups", "bot"},
}
# Of these no stack file gives the size.
LIMITS = {
    "backup": backups.LIMITS,
    "drill": backups.LIMITS,
    "sessions-backup": backup_sessions.LIMITS,
}

# What Docker itself mounts in every container and lets be written.
DOCKERS_OWN = {
    "/dev", "/dev/pts", "/dev/mqueue", "/dev/shm", "/proc", "/proc/keys", "/proc/timer_list",
    "/proc/latency_stats", "/proc/sched_debug", "/proc/kcore", "/proc/interrupts",
    "/sys/fs/cgroup",
}  # fmt: skip


@dataclass(frozen=True)
class Meant:
    """What the audit, or the image's own contract, asks of a service. Times in seconds."""

    settings: str | None  # its key in the stack file, which gives its size and number
    uid: int
    probe: str  # what its health check has to ask
    health: tuple[int, int, int, int]  # interval, timeout, retries, start period
    stop: tuple[str, int]  # signal, and the time to end by itself
    writable: frozenset[str] = frozenset({"/tmp"})


MEANT = {
    "postgres": Meant(
        "postgres", 999, "pg_isready -h 127.0.0.1 -U postgres -d tasktracker", (10, 5, 5, 10),
        ("SIGINT", 90), frozenset({"/var/lib/postgresql", "/tmp", "/run/postgresql"}),
    ),
    "nats": Meant(
        "nats", 10005, "http://127.0.0.1:8222/healthz", (10, 5, 3, 10), ("SIGTERM", 30),
        frozenset({"/data", "/tmp"}),
    ),
    "api": Meant(
        "api", 10001, "http://127.0.0.1:8000/api/health", (5, 3, 3, 15), ("SIGTERM", 30)
    ),
    "worker": Meant(
        "worker", 10002, "http://127.0.0.1:8080/health", (30, 10, 3, 40), ("SIGTERM", 30)
    ),
    "dashboard": Meant(
        "dashboard", 101, "http://127.0.0.1:8080/healthz", (10, 3, 3, 5), ("SIGQUIT", 10)
    ),
    "nginx": Meant(
        "edge", 101, "http://127.0.0.1:8080/nginx-health", (10, 3, 3, 5), ("SIGQUIT", 30)
    ),
    "backup": Meant(
        None, 999, "backup healthy", (15, 10, 4, 50), ("SIGTERM", 60),
        frozenset({"/tmp", "/var/spool/pgbackrest", "/var/lib/pgbackrest"}),
    ),
    "drill": Meant(
        None, 999, "backup scheduled", (30, 10, 3, 20), ("SIGTERM", 60),
        frozenset({"/tmp", "/var/lib/postgresql", "/var/lib/drill"}),
    ),
    "bot": Meant(
        "bot", 10004, "http://127.0.0.1:8080/health", (30, 10, 3, 20), ("SIGTERM", 30),
        frozenset({"/tmp", "/sessions"}),
    ),
    "sessions-backup": Meant(
        None, 10004, "backup scheduled", (30, 10, 3, 20), ("SIGTERM", 10),
        frozenset({"/tmp", "/var/lib/postgresql"}),
    ),
}  # fmt: skip


def test_every_service_runs_in_the_number_its_stack_file_gives(stack: PulumiStack) -> None:
    counted = Counter(container.service for container in running(stack))
    assert counted == {s: _settings(stack, s).get("replicas", 1) for s in _services(stack)}


def test_no_process_is_root_or_has_a_way_to_become_it(stack: PulumiStack) -> None:
    faults = []
    for container in running(stack):
        uid = str(MEANT[container.service].uid)
        for process in container.processes:
            status = process.status
            is_safe = {
                f"uid is {uid}": set(status["Uid"].split()) == {uid},
                f"gid is {uid}": set(status["Gid"].split()) == {uid},
                "groups are no more": set(status["Groups"].split()) <= {uid},
                "gains no privileges": status["NoNewPrivs"] == "1",
                "system calls are filtered": status["Seccomp"] == SECCOMP_FILTER,
                **{
                    f"{kind} is empty": status[kind] == NO_CAPABILITIES
                    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
                },
            }
            faults += [
                f"{container} {status['Name']}: not so: {what}"
                for what, holds in is_safe.items()
                if not holds
            ]
    assert not faults


def test_no_container_shares_a_namespace_with_the_host(stack: PulumiStack) -> None:
    kinds = ("ipc", "mnt", "net", "pid", "uts")
    host = {kind: str((PROC / "self" / "ns" / kind).readlink()) for kind in kinds}
    shared = [
        f"{container} {kind}"
        for container in running(stack)
        for process in container.processes
        for kind in kinds
        if process.namespace(kind) == host[kind]
    ]
    assert not shared


def test_only_data_and_temporary_files_can_be_written(stack: PulumiStack) -> None:
    for container in running(stack):
        writable = {mount.path for mount in container.mounts if mount.writable}
        own = {path for path in writable if path not in DOCKERS_OWN}
        assert own == MEANT[container.service].writable, container
        for mount in container.mounts:
            is_file_system = mount.kind not in ("proc", "sysfs", "cgroup", "cgroup2")
            if is_file_system and not mount.writable and _place(container, mount).is_dir():
                assert _refusal(_place(container, mount)) == errno.EROFS, f"{container} {mount}"


def test_every_volume_has_a_name_by_which_it_is_kept_or_removed(stack: PulumiStack) -> None:
    everything = {**{c.name: c.inspected for c in running(stack)}, **_at_rest(stack)}
    nameless = [
        f"{name} {mount['Destination']}"
        for name, inspected in everything.items()
        for mount in inspected["Mounts"]
        if mount["Type"] == "volume" and re.fullmatch("[0-9a-f]{64}", mount["Name"])
    ]
    assert not nameless


def test_no_temporary_file_can_be_executed(stack: PulumiStack) -> None:
    for container in running(stack):
        lines = (PROC / str(container.pid) / "mountinfo").read_text().splitlines()
        temporary = [line for line in lines if line.split()[4] in container.settings["Tmpfs"]]
        for line in temporary:
            assert {"noexec", "nosuid", "nodev"} <= set(line.split()[5].split(",")), line


def test_limits_and_promises_of_the_stack_file_hold_in_the_kernel(stack: PulumiStack) -> None:
    for container in running(stack):
        limits = _settings(stack, container.service)["limits"]
        found = {
            "cpus": container.cpus,
            "memory": container.memory / MEGABYTE,
            "swap": container.swap,
            "cpus_reserved": container.settings["CpuShares"] / 1024,
            "memory_reserved": container.settings["MemoryReservation"] / MEGABYTE,
        }
        assert found == pytest.approx({**limits, "swap": 0}, abs=0.001), container


def test_services_come_back_by_themselves_and_jobs_do_not(stack: PulumiStack) -> None:
    for container in running(stack):
        assert container.settings["RestartPolicy"]["Name"] == "unless-stopped", container
    for name, inspected in _at_rest(stack).items():
        assert inspected["HostConfig"]["RestartPolicy"]["Name"] in ("no", ""), name


def test_logs_are_kept_to_three_files_of_ten_megabytes(stack: PulumiStack) -> None:
    for container in running(stack):
        assert container.settings["LogConfig"] == {
            "Type": "json-file",
            "Config": {"max-size": "10m", "max-file": "3"},
        }, container


def test_each_service_stops_by_its_own_signal_in_its_own_time(stack: PulumiStack) -> None:
    for container in running(stack):
        stop = (container.config["StopSignal"], container.config["StopTimeout"])
        assert stop == MEANT[container.service].stop, container


def test_each_service_is_healthy_by_a_probe_that_asks_it(stack: PulumiStack) -> None:
    for container in running(stack):
        check, meant = container.config["Healthcheck"], MEANT[container.service]
        assert check["Test"][0] == "CMD", f"{container}: a shell runs its probe"
        assert meant.probe in " ".join(check["Test"]), container
        times = [check[k] / SECOND for k in ("Interval", "Timeout")]
        start = check["StartPeriod"] / SECOND
        assert (*times, check["Retries"], start) == meant.health, container
        # The engine asks for the first time when the first interval is over.
        seconds = check["Interval"] / SECOND + check["Timeout"] / SECOND
        wait_for(f"{container} to be healthy", partial(_is_healthy, container), seconds)


def test_what_does_not_run_has_ended_well_or_never_started(stack: PulumiStack) -> None:
    ended = []
    for name, inspected in _at_rest(stack).items():
        service, state = inspected["Config"]["Labels"]["tasktracker.service"], inspected["State"]
        if state["Status"] == "created":
            assert inspected["Path"] == "/never-started", f"{name} waits for somebody to start it"
        else:
            ended.append((service, state["Status"], state["ExitCode"]))
    jobs = ["roles", "migrations", *(["restore-point"] if "backups" in stack.values else [])]
    assert sorted(ended) == sorted((job, "exited", 0) for job in jobs)


def _services(stack: PulumiStack) -> list[str]:
    """Those that run in this stack."""
    return [s for s in MEANT if ASKED_FOR.get(s, set()) <= stack.values.keys()]


def _settings(stack: PulumiStack, service: str) -> dict[str, Any]:
    """What its stack file says of a service; what its component does, where that says nothing."""
    key = MEANT[service].settings
    found: dict[str, Any] = stack.values[key] if key else {"limits": LIMITS[service].model_dump()}
    return found


def _at_rest(stack: PulumiStack) -> dict[str, dict[str, Any]]:
    """What the engine says of the containers of a stack that don't run, by name."""
    label = f"label=tasktracker.stack={stack.name}"
    states = [part for s in ("created", "exited", "dead") for part in ("--filter", f"status={s}")]
    listed = docker("ps", "--all", "--filter", label, *states, "--format", "{{.Names}}")
    return {name: inspect(name) for name in listed.split()}


def _place(container: Running, mount: Mount) -> Path:
    return container.root / mount.path.lstrip("/")


def _refusal(directory: Path) -> int | None:
    """The kernel's error when even the host's root writes there; None if it may."""
    file = directory / "written-by-a-test"
    try:
        file.write_text("")
    except OSError as refused:
        return refused.errno
    file.unlink()
    return None


def _is_healthy(container: Running) -> bool:
    return bool(inspect(container.name)["State"]["Health"]["Status"] == "healthy")
