"""A host outside of this one, as far as containers can tell: a namespace at the end of a cable."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.live.app.processes import wait_for

# Addresses for documentation (RFC 5737): nobody's, so nothing on this machine is hidden by them.
HERE, THERE = "198.51.100.1", "198.51.100.2"
PORT = 8080

# Listens until its standard input is closed.
LISTEN = f"import socket, sys; s = socket.create_server(('{THERE}', {PORT})); sys.stdin.read()"


@contextmanager
def outside() -> Iterator[tuple[str, int]]:
    """Its address, and a port that answers there."""
    name = f"tt{os.getpid()}"
    near, far = f"{name}a", f"{name}b"  # names of interfaces have 15 characters at most
    _ip("netns", "add", name)
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _ip("address", "add", f"{HERE}/30", "dev", near)
        _ip("link", "set", near, "up")
        _ip("-n", name, "address", "add", f"{THERE}/30", "dev", far)
        _ip("-n", name, "link", "set", far, "up")
        _ip("-n", name, "route", "add", "default", "via", HERE)
        command = ["ip", "netns", "exec", name, sys.executable, "-c", LISTEN]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as listener:
            try:
                wait_for("the host outside to answer", _answers)
                yield THERE, PORT
            finally:
                listener.kill()
    finally:
        _ip("netns", "delete", name)


def _answers() -> bool:
    with socket.create_connection((THERE, PORT), timeout=1):
        return True


def _ip(*arguments: str) -> None:
    done = subprocess.run(["ip", *arguments], text=True, capture_output=True)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr.strip()}"
