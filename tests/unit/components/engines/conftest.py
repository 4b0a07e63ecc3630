"""What the tests of the engine share."""

import pytest

from components.workload import Attachment, Health, Workload
from tests.unit.components.parts import LIMITS, secret


@pytest.fixture
def api() -> Workload:
    """A service with a bit of everything."""
    return Workload(
        name="api",
        image="task-tracker/api:v1.2.3",
        command=("serve", "--fast"),
        uid=10001,
        environment={"B": "2", "A": "1"},
        networks=(Attachment(network="frontend"), Attachment(network="way-out", answers=False)),
        secrets=(secret("password").file("password"),),
        tmpfs={"/tmp": 64},
        limits=LIMITS,
        health=Health(
            command=("probe", "http://127.0.0.1:8000/health"),
            interval=5, timeout=3, retries=3, start_period=15,
        ),
        stop_signal="SIGQUIT",
        stop_grace=30,
    )  # fmt: skip
