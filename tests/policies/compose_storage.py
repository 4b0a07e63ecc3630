"""What a Compose service mounts: volumes, host paths, tmpfs and secrets."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.policies.compose_value import size


def storage(service: Mapping[str, Any]) -> dict[str, Any]:
    volumes: list[dict[str, Any]] = []
    mounts: list[dict[str, Any]] = []
    for entry in service.get("volumes", ()):
        if isinstance(entry, str):
            volumes.append(_short_volume(entry))
        else:
            mounts.append(_long_volume(entry))
    for secret in service.get("secrets", ()):
        name = secret if isinstance(secret, str) else secret["source"]
        place = {"containerPath": f"/run/secrets/{name}", "readOnly": True}
        volumes.append({"hostPath": f"/opt/secrets/{name}", **place})
    tmpfs = service.get("tmpfs") or []
    places = [tmpfs] if isinstance(tmpfs, str) else tmpfs
    return {
        "volumes": volumes or None,
        "mounts": mounts or None,
        "tmpfs": {place.partition(":")[0]: place.partition(":")[2] for place in places} or None,
    }


def _short_volume(entry: str) -> dict[str, Any]:
    source, _, rest = entry.partition(":")
    if not rest:
        return {"containerPath": source}
    target, _, mode = rest.partition(":")
    host = source.startswith(("/", ".", "~"))
    path = re.sub(r"^\.", "/home/project", re.sub(r"^~", "/home/user", source))
    place = {"hostPath": path} if host else {"volumeName": source}
    return {**place, "containerPath": target, "readOnly": "ro" in mode.split(",")}


def _long_volume(entry: Mapping[str, Any]) -> dict[str, Any]:
    bind, limit = entry.get("bind") or {}, (entry.get("tmpfs") or {}).get("size")
    return {
        "type": entry["type"],
        "target": entry["target"],
        "readOnly": entry.get("read_only", False),
        **({"source": entry["source"]} if "source" in entry else {}),
        **({"bindOptions": {"propagation": bind["propagation"]}} if "propagation" in bind else {}),
        **({"tmpfsOptions": {"sizeBytes": size(limit)}} if limit else {}),
    }
