"""Runs a program in a network of its own, where nothing ever changes: `cabin.py SOCKET PORT ARGV`.

Started in a new network namespace. One port of 127.0.0.1 there leads, by a Unix socket, outside.
"""

import asyncio
import subprocess
import sys
from contextlib import suppress

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def join(one: Streams, other: Streams) -> None:
    """Pass on what either says to the other, until both have ended."""
    await asyncio.gather(_pass_on(one[0], other[1]), _pass_on(other[0], one[1]))
    for _, writer in (one, other):
        writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while said := await reader.read(65536):
            writer.write(said)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()


async def main(path: str, port: int, argv: list[str]) -> int:
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

    async def outside(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await join((reader, writer), await asyncio.open_unix_connection(path))

    async with await asyncio.start_server(outside, "127.0.0.1", port):
        # The program is driven by pipes that it inherits.
        program = await asyncio.create_subprocess_exec(*argv, close_fds=False)
        return await program.wait()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])))
