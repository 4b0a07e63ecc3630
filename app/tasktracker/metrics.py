"""What Prometheus reads. Import this after PROMETHEUS_MULTIPROC_DIR is set, or one process counts.

With several processes behind one port each writes its numbers to files in that directory, and a
scrape, whichever process answers it, adds them up.
"""

import os
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)

CONTENT_TYPE = CONTENT_TYPE_LATEST

REQUESTS = Counter("http_requests_total", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram("http_request_duration_seconds", "Time to answer.", ["method", "route"])
LISTENERS = Gauge("websocket_listeners", "Open WebSockets.", multiprocess_mode="livesum")
CREATED = Counter("tasks_created_total", "Tasks accepted.")
QUEUED = Counter("tasks_queued_total", "Tasks that the stream confirmed.")
PROCESSED = Counter("tasks_processed_total", "Tasks a worker finished.", ["status"])
PROCESS_SECONDS = Histogram("task_process_seconds", "Time to process a task.")
PULL_AGE = Gauge("worker_pull_age_seconds", "Time since the stream last answered a pull.")


def exposition() -> bytes:
    """The text that /metrics answers with."""
    directory = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not directory:
        return generate_latest(REGISTRY)
    _forget_the_dead(Path(directory))
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def _forget_the_dead(directory: Path) -> None:
    """Nobody tells when a server process dies, and its open WebSockets died with it."""
    for file in directory.glob("gauge_live*_*.db"):
        pid = int(file.stem.rsplit("_", 1)[1])
        if not Path(f"/proc/{pid}").exists():
            file.unlink(missing_ok=True)
