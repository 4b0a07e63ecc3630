"""What the bot does about what people write, and about tasks that come to their end."""

import logging
from collections.abc import Mapping

import httpx

from tasktracker.bot.sessions import Sessions, SessionsFile
from tasktracker.bot.telegram import Refused, Telegram, Update
from tasktracker.logs import FIELDS

logger = logging.getLogger(__name__)

USAGE = "Write /new and what is to be done, and I will tell you when it is sorted."


class ApiError(Exception):
    """The api can't be reached or is not ready; try again later."""


class Conversation:
    """Handles updates one by one; remembers each, and what came of it, before it is answered.

    An answer may fail for as long as a chat is blocked. Were it part of handling the update, the
    next attempt would make the task once more, and everybody else would wait for that one chat.
    """

    def __init__(self, telegram: Telegram, api: httpx.AsyncClient, file: SessionsFile) -> None:
        self._telegram = telegram
        self._api = api
        self._file = file
        self._sessions: Sessions = file.read()

    async def read(self) -> None:
        """Wait for updates and answer them. Raises TelegramError, ApiError: call it again."""
        for update in await self._telegram.updates(self._sessions.offset):
            text = await self._handle(update)
            self._sessions.offset = update.update_id + 1
            self._file.write(self._sessions)
            if update.message is not None and text is not None:
                await self._tell(update.message.chat.id, text)

    async def report(self) -> None:
        """Tell each chat whose task came to its end. Raises TelegramError, ApiError."""
        for task_id, chat in list(self._sessions.waiting.items()):
            answer = await self._call("GET", f"/api/tasks/{task_id}")
            if answer.status_code == 404:
                text = "A task of yours is gone."
            elif answer.status_code != 200:
                raise ApiError(f"the api answers {answer.status_code}")
            else:
                task = answer.json()
                if task["status"] == "new":
                    continue
                kind = f" It is a {task['kind']}." if task["kind"] else ""
                text = f"“{task['title']}” is {task['status']}.{kind}"
            # Last of all, if this fails: the next attempt begins with the other chats.
            self._sessions.waiting[task_id] = self._sessions.waiting.pop(task_id)
            await self._tell(chat, text)
            del self._sessions.waiting[task_id]
            self._file.write(self._sessions)

    async def _handle(self, update: Update) -> str | None:
        """Do what an update asks for; the text to answer with."""
        if update.message is None:
            return None
        chat = update.message.chat.id
        command, _, title = update.message.text.strip().partition(" ")
        # In a group a command may carry the bot's name: /new@tracker_bot.
        if command.partition("@")[0] != "/new" or not title.strip():
            return USAGE
        content = {"title": title.strip(), "contact": f"telegram:{chat}"}
        # An answer may be lost on its way here: the next attempt gets the task that this one made.
        key = {"Idempotency-Key": self._telegram.key(update)}
        answer = await self._call("POST", "/api/tasks", content, key)
        if answer.status_code == 422:
            fault = answer.json()["detail"][0]["msg"]
            return f"That is no title: {fault}."
        if answer.status_code != 201:
            raise ApiError(f"the api answers {answer.status_code}")
        task = answer.json()
        self._sessions.waiting[task["id"]] = chat
        logger.info("task created", extra={FIELDS: {"task": task["id"]}})
        return f"“{task['title']}” is noted."

    async def _tell(self, chat: int, text: str) -> None:
        try:
            await self._telegram.send(chat, text)
        except Refused as fault:
            # Without the chat: it is the contact of a task, and contacts are private.
            logger.warning("not told", extra={FIELDS: {"cause": str(fault)}})

    async def _call(
        self,
        method: str,
        path: str,
        content: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        try:
            return await self._api.request(method, path, json=content, headers=headers)
        except httpx.HTTPError as fault:
            raise ApiError(f"the api can't be reached ({type(fault).__name__})") from None
