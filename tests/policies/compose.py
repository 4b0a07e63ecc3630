"""Services of a Compose file as the inputs of a `docker.Container`.

Source of the forms: the Compose specification, 05-services.md. What a container of the provider
can't express (`uts`, `pids_limit`, `depends_on`, `profiles`) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.example import container, planned
from policies.planned import NETWORK, VOLUME, Planned
from tests.policies.compose_port import ports
from tests.policies.compose_storage import storage
from tests.policies.compose_value import megabytes, pairs, seconds, text, words

Service = Mapping[str, Any]

_SAME = {
    **{"image": "image", "user": "user", "hostname": "hostname", "working_dir": "workingDir"},
    **{"privileged": "privileged", "read_only": "readOnly", "pid": "pidMode", "ipc": "ipcMode"},
    **{"userns_mode": "usernsMode", "cgroup_parent": "cgroupParent", "cgroup": "cgroupnsMode"},
    **{"security_opt": "securityOpts", "stop_signal": "stopSignal", "cpu_shares": "cpuShares"},
    **{"cpu_quota": "cpuQuota", "cpu_period": "cpuPeriod", "init": "init", "tty": "tty"},
    **{"dns": "dns", "domainname": "domainname", "group_add": "groupAdds", "runtime": "runtime"},
}


def resources(file: Mapping[str, Any], stack: str = "prod") -> Iterator[Planned]:
    """Every network, volume and service of a Compose file as a resource of a stack."""
    for name, network in (file.get("networks") or {}).items():
        given = network or {}
        options = {
            "driver": given.get("driver", "bridge"),
            "internal": given.get("internal", False),
        }
        yield planned(NETWORK, name, stack, name=name, **options)
    for name, volume in (file.get("volumes") or {}).items():
        options = {"driverOpts": volume["driver_opts"]} if (volume or {}).get("driver_opts") else {}
        yield planned(VOLUME, f"{name}-volume", stack, name=name, **options)
    for name, service in file["services"].items():
        yield container(name, stack, **inputs(service, name))


def inputs(service: Service, name: str = "service") -> dict[str, Any]:
    """The inputs of one service, named as in the provider's schema."""
    given = {_SAME[key]: value for key, value in service.items() if key in _SAME}
    given.setdefault("image", f"{name}:latest")  # built here
    for part in (_process, _network, storage, _limits, _rest):
        given.update({key: value for key, value in part(service).items() if value is not None})
    if "user" in given:
        given["user"] = str(given["user"])
    if isinstance(given.get("dns"), str):
        given["dns"] = [given["dns"]]
    return given


def _process(service: Service) -> dict[str, Any]:
    given = service.get("restart") or "no"  # YAML reads a bare `no` as false
    restart, _, tries = text(given).partition(":")
    return {
        "command": words(service.get("command")),
        "entrypoints": words(service.get("entrypoint")),
        "envs": [
            entry if value is None else f"{entry}={value}"
            for entry, value in pairs(service.get("environment"))
        ]
        or None,
        "restart": restart,
        "maxRetryCount": int(tries) if tries else None,
        "healthcheck": _health(service.get("healthcheck")),
        "destroyGraceSeconds": seconds(service.get("stop_grace_period")),
        "capabilities": _capabilities(service),
    }


def _network(service: Service) -> dict[str, Any]:
    mode = service.get("network_mode")
    networks = service.get("networks") or {}
    entries = networks.items() if isinstance(networks, Mapping) else ((n, {}) for n in networks)
    return {
        "networkMode": re.sub(r"^service:", "container:", mode) if mode else None,
        "networksAdvanced": [
            {"name": name, "aliases": (more or {}).get("aliases", [])} for name, more in entries
        ]
        or None,
        "ports": [port for entry in service.get("ports", ()) for port in ports(entry)] or None,
        "hosts": [
            {"host": host, "ip": ip}
            for host, ip in pairs(service.get("extra_hosts"), separator=r"[:=]")
        ]
        or None,
    }


def _limits(service: Service) -> dict[str, Any]:
    deployed = (service.get("deploy") or {}).get("resources") or {}
    limits, reserved = deployed.get("limits") or {}, deployed.get("reservations") or {}
    cpus = service.get("cpus") or limits.get("cpus")
    swap = service.get("memswap_limit")
    gpus = service.get("gpus") or ("all" if reserved.get("devices") else None)
    promised = reserved.get("cpus")
    return {
        "memory": megabytes(service.get("mem_limit") or limits.get("memory")),
        "memoryReservation": megabytes(service.get("mem_reservation") or reserved.get("memory")),
        "memorySwap": -1 if swap == -1 else megabytes(swap),
        "shmSize": megabytes(service.get("shm_size")),
        "cpus": None if cpus is None else str(cpus),
        "cpuShares": round(float(promised) * 1024) if promised else None,
        "gpus": gpus if gpus is None or isinstance(gpus, str) else "all",
        "ulimits": [_ulimit(name, each) for name, each in (service.get("ulimits") or {}).items()]
        or None,
    }


def _rest(service: Service) -> dict[str, Any]:
    logging = service.get("logging") or {}
    labels = [{"label": k, "value": v or ""} for k, v in pairs(service.get("labels"))]
    sysctls = {key: value or "" for key, value in pairs(service.get("sysctls"))}
    return {
        "labels": labels or None,
        "sysctls": sysctls or None,
        "devices": [_device(entry) for entry in service.get("devices", ())] or None,
        "logDriver": logging.get("driver"),
        "logOpts": {k: text(v) for k, v in logging["options"].items()}
        if logging.get("options")
        else None,
    }


def _capabilities(service: Service) -> dict[str, list[str]] | None:
    added, dropped = service.get("cap_add"), service.get("cap_drop")
    found = {**({"adds": added} if added else {}), **({"drops": dropped} if dropped else {})}
    return found or None


def _health(check: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if check is None:
        return None
    test = ["NONE"] if check.get("disable") else check.get("test", [])
    times = {"interval": "interval", "timeout": "timeout", "start_period": "startPeriod"}
    return {
        "tests": ["CMD-SHELL", test] if isinstance(test, str) else list(test),
        **{name: str(check[key]) for key, name in times.items() if key in check},
        **({"retries": check["retries"]} if "retries" in check else {}),
    }


def _device(entry: Any) -> dict[str, str]:
    if isinstance(entry, Mapping):
        return {"hostPath": entry["source"], "containerPath": entry.get("target", "")}
    host, inner, permissions = [*entry.split(":"), "", ""][:3]
    found = {"hostPath": host, "containerPath": inner or host, "permissions": permissions or "rwm"}
    return found


def _ulimit(name: str, limit: Any) -> dict[str, Any]:
    both = limit if isinstance(limit, Mapping) else {"soft": limit, "hard": limit}
    return {"name": name, "soft": both["soft"], "hard": both["hard"]}
