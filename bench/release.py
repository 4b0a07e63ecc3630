"""The api replaced under load, through the edge: what clients notice of it."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from pathlib import Path

from bench import replicas
from bench.compose import Compose
from bench.result import Comparison, save
from bench.say import say
from tests.live.load import Figures, Load

RATE = 40  # requests a second, what the two CPUs of a small machine carry beside a deploy
REST = 15.0  # seconds of load before a change
ROUNDS = 3

Round = tuple[Figures, Figures]


def measure(folder: Path) -> None:
    """Each side in turn has the machine for itself: its api is replaced three times under load."""
    values = replicas.values()
    here, there = with_pulumi(folder / "pulumi", values), with_compose(folder / "compose", values)
    result = Comparison(
        "p99 while the api is replaced",
        "at rest",
        [change.p99 * 1000 for _, change in here],
        [rest.p99 * 1000 for rest, _ in here],
        3,
        unit="ms",
        remarks=[
            "clients first, the deploy last in line for CPU",
            f"failed: {failed(here)}",
            f"with compose: {failed(there)}",
        ],
    )
    save("3-release", [result])


def with_pulumi(folder: Path, values: dict[str, object]) -> list[Round]:
    """A value of the api's environment changes, nothing else does."""
    stack = replicas.stack(folder, deepcopy(values))
    pool = stack.values["api"]["pool"]

    def replace() -> None:
        pool["size"] = 19 - pool["size"]  # 10, 9, 10: the database has room for no more
        stack.write()
        stack.up().succeeded()

    try:
        stack.up().succeeded()
        return [under_load(replace) for _ in range(ROUNDS)]
    finally:
        replicas.remove()


def with_compose(folder: Path, values: dict[str, object]) -> list[Round]:
    """The same change, as Compose makes it."""
    peer = Compose.of(values, folder)
    environment = peer.file["services"]["api"]["environment"]

    def replace() -> None:
        environment["DATABASE_POOL_SIZE"] = str(19 - int(environment["DATABASE_POOL_SIZE"]))
        peer.up("api")

    try:
        peer.up()
        return [under_load(replace) for _ in range(ROUNDS)]
    finally:
        peer.down()


def under_load(change: Callable[[], None]) -> Round:
    """What requests met at rest, and from the beginning of a change until shortly after it.

    Clients and who deploys have machines of their own; here the clients come before the services,
    and the deploy's own processes (not the engine's) after them.
    """
    deploy = ThreadPoolExecutor(1, initializer=lambda: os.setpriority(os.PRIO_PROCESS, 0, 15))
    with deploy, Load(replicas.BASE, rate=RATE) as load:
        os.setpriority(os.PRIO_PROCESS, load._thread.native_id or 0, -15)
        begins = time.monotonic()
        time.sleep(REST)
        changes = time.monotonic()
        deploy.submit(change).result()
        time.sleep(3)  # the last of the old containers may be asked until now
        rest, changing = load.figures(begins + 2, changes), load.figures(changes)
    say(f"at rest {rest}; while it changes {changing}")
    return rest, changing


def failed(rounds: list[Round]) -> str:
    """Requests that failed while it changed, of all that were sent."""
    return f"{sum(c.failed for _, c in rounds)} of {sum(c.total for _, c in rounds)}"
