"""What the routes of one process share, made when it starts."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import HTTPConnection

from tasktracker.api.live import Hub
from tasktracker.bus import Bus
from tasktracker.contacts import Contacts
from tasktracker.outbox import Outbox
from tasktracker.settings import Api


@dataclass(frozen=True)
class Parts:
    """One of each, for as long as the process runs."""

    settings: Api
    engine: AsyncEngine
    bus: Bus
    outbox: Outbox
    hub: Hub
    contacts: Contacts


def parts(connection: HTTPConnection) -> Parts:
    """The parts of the process that answers this request."""
    return cast(Parts, connection.app.state.parts)


Shared = Annotated[Parts, Depends(parts)]
