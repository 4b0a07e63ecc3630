"""Published ports of a Compose file: short forms and long ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.policies.compose_value import text


def ports(entry: Any) -> Iterator[dict[str, Any]]:
    if isinstance(entry, Mapping):
        host, published = entry.get("host_ip", ""), text(entry.get("published", ""))
        target, protocol = text(entry["target"]), entry.get("protocol", "tcp")
    else:
        given, _, protocol = text(entry).partition("/")
        found = re.fullmatch(r"(?:(?:\[?([^\]]*?)\]?:)?([\d-]*):)?([\d-]+)", given)
        assert found, f"no port: {entry!r}"
        host, published, target = found[1] or "", found[2] or "", found[3]
    inner, outer = _range(target), _range(published) if published else []
    for index, port in enumerate(inner):
        yield {
            "internal": port,
            **({"external": outer[index]} if outer else {}),
            **({"ip": host} if host else {}),
            "protocol": protocol or "tcp",
        }


def _range(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))
