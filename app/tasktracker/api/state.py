"""Is this process alive, can it work, and its numbers."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from tasktracker import database, health
from tasktracker.api.parts import Shared
from tasktracker.metrics import CONTENT_TYPE, exposition

router = APIRouter(tags=["state"])


class Alive(BaseModel):
    """The process answers."""

    status: str
    release: str


# Both names: the edge passes only /api/ on, so what is elsewhere stays inside.
@router.get("/health")
@router.get("/api/health")
async def alive(shared: Shared) -> Alive:
    """Liveness: this process answers; it asks nobody else."""
    return Alive(status="ok", release=shared.settings.release)


@router.get("/ready")
@router.get("/api/ready")
async def ready(shared: Shared, response: Response) -> dict[str, str]:
    """Readiness: "ok" or the fault of each thing this process needs; 503 unless all are ok."""
    well, found = await health.report(
        {
            "database": lambda: database.ping(shared.engine),
            "nats": shared.bus.ping,
            "outbox": shared.outbox.check,
        }
    )
    response.status_code = 200 if well else 503
    return found


@router.get("/metrics", include_in_schema=False)
async def metrics() -> Response:
    """The numbers of all processes of this container, for Prometheus."""
    return Response(exposition(), media_type=CONTENT_TYPE)
