"""A steady, bounded stream of requests, and what became of each of them."""

import asyncio
import itertools
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

# More than the edge takes for its own retries (10 s), so that an answer of its own is seen.
REQUEST_SECONDS = 15.0
IN_FLIGHT = 64
LONGEST = 600.0  # seconds; a load that nobody ends, ends by itself


@dataclass(frozen=True)
class Request:
    """What to send: the number counts from 0, so that each may differ. `keep` keeps answers."""

    method: str = "GET"
    path: str = "/api/tasks?limit=1"
    json: Callable[[int], Any] | None = None
    expected: int = 200
    keep: bool = False


@dataclass(frozen=True)
class Sent:
    """One request: when it went out and came back (seconds, monotonic), and what was wrong."""

    at: float
    back: float
    fault: str | None
    answer: Any = None

    @property
    def seconds(self) -> float:
        return self.back - self.at


@dataclass(frozen=True)
class Figures:
    """What a load met between two moments."""

    total: int
    failed: int
    faults: Counter[str]
    p50: float
    p99: float
    longest_gap: float

    def __str__(self) -> str:
        faults = f" {dict(self.faults)}" if self.faults else ""
        return (
            f"{self.failed} of {self.total} failed{faults}, p50 {self.p50 * 1000:.0f} ms, "
            f"p99 {self.p99 * 1000:.0f} ms, longest gap {self.longest_gap:.2f} s"
        )


@dataclass
class Load:
    """Sends `rate` requests a second to `base` while its block runs, whatever the answers are.

    The rate does not sink when answers are slow, up to IN_FLIGHT of them, so that an outage meets
    as many requests as it would in earnest. Connections are kept, as browsers keep them.
    """

    base: str
    request: Request = field(default_factory=Request)
    rate: float = 50.0
    verify: ssl.SSLContext | str | bool = True
    sent: list[Sent] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(REQUEST_SECONDS * 2)
        assert not self._thread.is_alive(), "the load did not end"

    def figures(self, since: float = 0.0, until: float = float("inf")) -> Figures:
        """What became of requests that went out between two moments of `time.monotonic()`."""
        return figures([one for one in list(self.sent) if since <= one.at <= until])

    async def _run(self) -> None:
        limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
        room = asyncio.Semaphore(IN_FLIGHT)
        start = time.monotonic()
        async with (
            httpx.AsyncClient(
                base_url=self.base, timeout=REQUEST_SECONDS, limits=limits, verify=self.verify
            ) as client,
            asyncio.TaskGroup() as group,
        ):
            for number in itertools.count():
                due = start + number / self.rate
                if self._stop.is_set() or due - start > LONGEST:
                    return
                await asyncio.sleep(due - time.monotonic())
                await room.acquire()
                task = group.create_task(self._send(client, number))
                task.add_done_callback(lambda _: room.release())

    async def _send(self, client: httpx.AsyncClient, number: int) -> None:
        ask, answer, fault = self.request, None, None
        body = ask.json(number) if ask.json else None
        at = time.monotonic()
        try:
            response = await client.request(ask.method, ask.path, json=body)
            if response.status_code != ask.expected:
                fault = str(response.status_code)
            elif ask.json or ask.keep:
                answer = response.json()
        except httpx.HTTPError as error:
            fault = type(error).__name__
        self.sent.append(Sent(at, time.monotonic(), fault, answer))


def figures(sent: list[Sent]) -> Figures:
    """The sum of requests; the longest gap is the longest time without a good answer."""
    assert sent, "no request was sent, so nothing was measured"
    good = [one for one in sent if one.fault is None]
    seconds = sorted(one.seconds for one in good) or [float("inf")]
    moments = sorted(
        [min(one.at for one in sent), *(one.back for one in good), max(one.back for one in sent)]
    )
    return Figures(
        total=len(sent),
        failed=len(sent) - len(good),
        faults=Counter(one.fault for one in sent if one.fault is not None),
        p50=seconds[len(seconds) // 2],
        p99=seconds[min(len(seconds) * 99 // 100, len(seconds) - 1)],
        longest_gap=max(later - earlier for earlier, later in itertools.pairwise(moments)),
    )
