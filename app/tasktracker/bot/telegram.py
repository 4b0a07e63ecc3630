"""The part of Telegram's bot API that the bot uses: getUpdates and sendMessage."""

import hmac
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError

POLL_SECONDS = 25  # how long Telegram holds a getUpdates that has nothing to say
FINAL = frozenset({400, 403})  # no such chat, blocked by its owner: the same at every attempt


class TelegramError(Exception):
    """Telegram can't be reached or refuses; the message never holds the token."""


class Refused(TelegramError):
    """Telegram answers so at every attempt: the chat is gone, or its owner blocked the bot."""


class Chat(BaseModel):
    """Where a message was written."""

    model_config = ConfigDict(frozen=True)
    id: int


class Message(BaseModel):
    """What somebody wrote; `text` is empty for a picture and the like."""

    model_config = ConfigDict(frozen=True)
    chat: Chat
    text: str = ""


class Update(BaseModel):
    """One thing that happened; without a message it is none of the bot's business."""

    model_config = ConfigDict(frozen=True)
    update_id: int
    message: Message | None = None


_UPDATES = TypeAdapter(list[Update])


class Telegram:
    """Calls Telegram as one bot. The token is part of every URL, so no URL is ever logged."""

    def __init__(self, client: httpx.AsyncClient, base_url: str, token: SecretStr) -> None:
        self._client = client
        self._token = token
        self._base = f"{base_url.rstrip('/')}/bot{token.get_secret_value()}"

    async def updates(self, offset: int) -> list[Update]:
        """What happened from this update on; waits for something. Raises TelegramError."""
        result = await self._call(
            "getUpdates", {"offset": offset, "timeout": POLL_SECONDS}, POLL_SECONDS + 10
        )
        try:
            return _UPDATES.validate_python(result)
        except ValidationError:
            raise TelegramError("getUpdates: an answer of another form than documented") from None

    def key(self, update: Update) -> str:
        """What names an update to the api, and what nobody without the token could have guessed."""
        token = self._token.get_secret_value().encode()
        return hmac.new(token, update.model_dump_json().encode(), "sha256").hexdigest()

    async def send(self, chat: int, text: str) -> None:
        """Write to a chat. Raises Refused if no other attempt will help, TelegramError else."""
        await self._call("sendMessage", {"chat_id": chat, "text": text}, 10)

    async def _call(self, method: str, content: dict[str, Any], timeout: float) -> Any:
        try:
            answer = await self._client.post(
                f"{self._base}/{method}", json=content, timeout=timeout
            )
            body = answer.json()
        except (httpx.HTTPError, ValueError) as fault:
            raise TelegramError(f"{method}: {type(fault).__name__}") from None
        if not body.get("ok"):
            kind = Refused if answer.status_code in FINAL else TelegramError
            raise kind(f"{method}: {answer.status_code} {body.get('description')}")
        return body.get("result")
