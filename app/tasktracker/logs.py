"""JSON logs, one object a line on standard output, with the id of the request they belong to."""

import json
import logging
import re
import sys
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

HEADER = "X-Request-ID"
request_id: ContextVar[str] = ContextVar("request_id", default="")

# What a log line may carry besides its message: `logger.info("…", extra={"fields": {…}})`.
FIELDS = "fields"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{1,64}")


def accepted_or_new(given: str) -> str:
    """The id a caller gave, if it is 1 to 64 of `A-Za-z0-9._-`; a new one otherwise."""
    return given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object."""

    def __init__(self, service: str, release: str) -> None:
        super().__init__()
        self._constant = {"service": service, "release": release}

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._constant,
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line.update(getattr(record, FIELDS, {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def start(service: str, release: str, level: str) -> None:
    """Send every logger of this process to standard output as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(service, release))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    # Every request is logged once already, with its id, by tasktracker.api.requests.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs URLs, the bot's hold its token
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    logging.captureWarnings(True)
