"""What the bot remembers over a restart: how far it has read, and who waits for which task."""

import os
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class Sessions(BaseModel):
    """`offset` is the next update to read; `waiting` is the chat that made each open task."""

    model_config = ConfigDict(extra="forbid")

    offset: int = 0
    waiting: dict[str, int] = Field(default_factory=dict)


class SessionsFile:
    """Keeps the sessions in one file of a directory that outlives the container."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "sessions.json"

    def read(self) -> Sessions:
        """What was kept, or a fresh start if nothing was."""
        if not self._path.exists():
            return Sessions()
        return Sessions.model_validate_json(self._path.read_bytes())

    def write(self, sessions: Sessions) -> None:
        """Keep them; whenever this is killed, the file holds the old or the new ones whole."""
        new = self._path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            file.write(sessions.model_dump_json())
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
