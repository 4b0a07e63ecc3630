"""What api, worker and migrations are built of in tests."""

from typing import Any

from components.application import Pool
from tests.unit.components.parts import LIMITS, StubEngine, login

IMAGE = "task-tracker/app:v1.2.3"


def application(engine: StubEngine, client: str, active: str = "a") -> dict[str, Any]:
    """Arguments that all parts of the application share."""
    return {
        "engine": engine,
        "image": IMAGE,
        "release": "v1.2.3",
        "limits": LIMITS,
        "database": login(client, active),
        "nats": login(client, active),
        "pool": Pool(size=20, overflow=10),
    }
