"""What a container can reach, tried from inside its own network namespace.

The images have no tool that connects, and need none: the host's Python enters the namespace and
asks the container's own name server.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.live.running import Running

PROBER = Path(__file__).with_name("prober.py")

# A packet that a firewall drops is never answered; one that arrives is, in microseconds.
SECONDS = 1.5

# Docker's name server. One attempt, as it asks the outside for names that it doesn't know.
RESOLVER = "nameserver 127.0.0.11\noptions timeout:1 attempts:1 ndots:0\n"

Target = tuple[str, int]


@dataclass(frozen=True)
class Reached:
    """Names that resolve there, and what accepted a connection."""

    names: frozenset[str]
    targets: frozenset[Target]


def reached(
    container: Running, names: Iterable[str], addresses: Iterable[str], ports: Iterable[int]
) -> Reached:
    """What of all this the container reaches: every name and every address, on every port."""
    names, addresses, ports = list(names), list(addresses), list(ports)
    asked = {
        "names": names,
        "seconds": SECONDS,
        "targets": [(host, port) for host in (*names, *addresses) for port in ports],
    }
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as resolver:
        resolver.write(RESOLVER)
        resolver.flush()
        script = 'mount --bind "$1" /etc/resolv.conf && exec "$2" "$3"'
        done = subprocess.run(
            ["nsenter", "--target", str(container.pid), "--net", "--", "unshare", "--mount", "sh",
             "-ec", script, "sh", resolver.name, sys.executable, str(PROBER)],
            input=json.dumps(asked), text=True, capture_output=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 0, f"probing from {container}: {done.stderr}"
    answer = json.loads(done.stdout)
    return Reached(
        frozenset(answer["resolved"]), frozenset((host, port) for host, port in answer["connected"])
    )
