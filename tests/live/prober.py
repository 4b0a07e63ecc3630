"""Tries to connect; run inside a container's namespaces, where nothing of the project is.

Reads `{"names": […], "seconds": …, "targets": [[host, port], …]}` on standard input. Writes
`{"resolved": […], "connected": […]}`: names that resolve, targets that accepted a connection.
"""

import asyncio
import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor


def resolves(name: str) -> bool:
    try:
        socket.getaddrinfo(name, None, socket.AF_INET)
    except OSError:
        return False
    return True


async def connects(host: str, port: int, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def main() -> None:
    asked = json.load(sys.stdin)
    names: list[str] = asked["names"]
    with ThreadPoolExecutor(32) as pool:
        known = dict(zip(names, pool.map(resolves, names), strict=True))
    targets = [(host, port) for host, port in asked["targets"] if known.get(host, True)]
    tries = [connects(host, port, asked["seconds"]) for host, port in targets]
    answers = await asyncio.gather(*tries)
    connected = [target for target, answer in zip(targets, answers, strict=True) if answer]
    resolved = [name for name, answer in known.items() if answer]
    json.dump({"resolved": resolved, "connected": connected}, sys.stdout)


if __name__ == "__main__":
    asyncio.run(main())
