"""A running container as the kernel of its host sees it, which no setting can talk out of it."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.live.pulumi_stack import PulumiStack, docker, inspect

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Mount:
    """A line of `mountinfo` (proc(5)): where it is, what it is, whether it can be written."""

    path: str
    kind: str
    writable: bool


@dataclass(frozen=True)
class Process:
    """One process, by the host's number of it."""

    pid: int

    @property
    def status(self) -> dict[str, str]:
        lines = (PROC / str(self.pid) / "status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def namespace(self, kind: str) -> str:
        return str((PROC / str(self.pid) / "ns" / kind).readlink())


class Running:
    """One container that runs."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.inspected: dict[str, Any] = inspect(name)
        self.settings: dict[str, Any] = self.inspected["HostConfig"]
        self.config: dict[str, Any] = self.inspected["Config"]
        self.service: str = self.config["Labels"]["tasktracker.service"]
        self.pid: int = self.inspected["State"]["Pid"]

    def __repr__(self) -> str:
        return self.name

    @property
    def root(self) -> Path:
        """Its file system, with its own mounts, as its own mount options let it be used."""
        return PROC / str(self.pid) / "root"

    @property
    def processes(self) -> list[Process]:
        """All that run in it; a probe that just ended is not among them."""
        pids = docker("top", self.name, "-eo", "pid").split()[1:]
        return [Process(int(pid)) for pid in pids if (PROC / pid).exists()]

    @cached_property
    def mounts(self) -> list[Mount]:
        found = []
        for line in (PROC / str(self.pid) / "mountinfo").read_text().splitlines():
            left, _, right = line.partition(" - ")
            path, options = left.split()[4:6]
            found.append(Mount(path, right.split()[0], "rw" in options.split(",")))
        return found

    @property
    def networks(self) -> dict[str, str]:
        """Its addresses, by the network as components call it."""
        attached = self.inspected["NetworkSettings"]["Networks"]
        # Physical names are <project>-<stack>-<network>-<hex>.
        return {n.split("-")[-2]: on["IPAddress"] for n, on in attached.items() if n != "none"}

    @property
    def memory(self) -> int:
        """Bytes of memory it may use, swap included: the kernel's figure."""
        return int(self._cgroup("memory", "memory.memsw.limit_in_bytes", "memory.max"))

    @property
    def swap(self) -> int:
        """Bytes of swap it may use on top of its memory."""
        if (CGROUPS / "cgroup.controllers").exists():
            return int(self._cgroup("memory", "", "memory.swap.max"))
        return self.memory - int(self._cgroup("memory", "memory.limit_in_bytes", ""))

    @property
    def cpus(self) -> float:
        """CPUs it may use: its quota in each period."""
        if (CGROUPS / "cgroup.controllers").exists():
            quota, period = self._cgroup("cpu", "", "cpu.max").split()
        else:
            quota = self._cgroup("cpu", "cpu.cfs_quota_us", "")
            period = self._cgroup("cpu", "cpu.cfs_period_us", "")
        return int(quota) / int(period)

    def _cgroup(self, controller: str, first: str, second: str) -> str:
        """A figure of its control group: `first` is its name in version 1, `second` in 2."""
        groups = (PROC / str(self.pid) / "cgroup").read_text()
        if found := re.search(rf"^\d+:(?:[^:]*,)?{controller}(?:,[^:]*)?:(.*)$", groups, re.M):
            return (CGROUPS / controller / found[1].lstrip("/") / first).read_text().strip()
        own = re.search(r"^0::(.*)$", groups, re.M)
        assert own, f"{self.name} has no control group of {controller}:\n{groups}"
        return (CGROUPS / own[1].lstrip("/") / second).read_text().strip()


def running(stack: PulumiStack, service: str | None = None) -> list[Running]:
    """The running containers of a stack, or of one service of it."""
    found = [Running(name) for name in stack.containers(service)]
    assert found, f"nothing runs of {stack.name} {service or ''}"
    return found
