"""An update is handled once, whatever becomes of its answer, and no chat holds up another."""

import asyncio
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from tasktracker.bot.conversation import ApiError, Conversation
from tasktracker.bot.sessions import SessionsFile
from tasktracker.bot.telegram import Telegram, TelegramError
from tasktracker.logs import FIELDS

BLOCKED, ALICE = 7, 8


class World:
    """Telegram and the api, as the bot meets them, and what it did to them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.updates: list[dict[str, Any]] = []
        self.faults: dict[int, int] = {}  # chat: the code that a message to it is answered with
        self.api_works = True
        self.loses_answers = False  # the api does what it is asked, and nobody hears of it
        self.made: list[str] = []
        self.keys: dict[str, int] = {}
        self.sent: list[tuple[int, str]] = []
        self.bot = self.started()

    def started(self) -> Conversation:
        """The bot, as it is after a start."""

        def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
            return httpx.AsyncClient(
                transport=httpx.MockTransport(answer), base_url="http://api:8000"
            )

        telegram = Telegram(client(self.telegram), "http://telegram", SecretStr("1:token"))
        return Conversation(telegram, client(self.api), SessionsFile(self.folder))

    def write(self, chat: int, text: str) -> None:
        """Let somebody write to the bot."""
        message = {"chat": {"id": chat}, "text": text}
        self.updates.append({"update_id": len(self.updates) + 1, "message": message})

    def telegram(self, request: httpx.Request) -> httpx.Response:
        content = json.loads(request.content)
        if request.url.path.endswith("/getUpdates"):
            new = [u for u in self.updates if u["update_id"] >= content["offset"]]
            return httpx.Response(200, json={"ok": True, "result": new})
        code = self.faults.get(content["chat_id"], 200)
        if code != 200:
            return httpx.Response(code, json={"ok": False, "description": "no"})
        self.sent.append((content["chat_id"], content["text"]))
        return httpx.Response(200, json={"ok": True, "result": {}})

    def api(self, request: httpx.Request) -> httpx.Response:
        if not self.api_works:
            return httpx.Response(503, json={})
        if request.method == "POST":
            key = request.headers["Idempotency-Key"]
            if key not in self.keys:
                self.made.append(json.loads(request.content)["title"])
                self.keys[key] = len(self.made) - 1
            if self.loses_answers:
                raise httpx.ReadError("connection reset", request=request)
            return httpx.Response(201, json=self.task(self.keys[key], "new"))
        number = int(request.url.path.rpartition("-")[2])
        return httpx.Response(200, json=self.task(number, "done"))

    def task(self, number: int, status: str) -> dict[str, Any]:
        title = self.made[number]
        return {"id": f"task-{number}", "title": title, "status": status, "kind": None}

    def read(self) -> None:
        asyncio.run(self.bot.read())

    def report(self) -> None:
        asyncio.run(self.bot.report())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.mark.parametrize("code", [400, 403])
def test_who_blocked_the_bot_gets_one_task_and_holds_up_nobody(world: World, code: int) -> None:
    world.faults[BLOCKED] = code
    world.write(BLOCKED, "/new once")
    world.write(BLOCKED, "hello")
    world.write(ALICE, "/new too")
    world.read()
    world.read()
    assert world.made == ["once", "too"]
    assert world.sent == [(ALICE, "“too” is noted.")]
    world.report()
    assert world.sent[1:] == [(ALICE, "“too” is done.")]
    assert SessionsFile(world.folder).read().waiting == {}


@pytest.mark.parametrize("restarted", [False, True])
def test_an_answer_that_fails_once_makes_no_second_task(world: World, restarted: bool) -> None:
    world.faults[ALICE] = 502
    world.write(ALICE, "/new once")
    with pytest.raises(TelegramError):
        world.read()
    world.faults.clear()
    if restarted:
        world.bot = world.started()
    world.read()
    world.report()
    assert world.made == ["once"]
    assert world.sent == [(ALICE, "“once” is done.")]


def test_a_report_that_fails_is_made_again_and_after_those_of_other_chats(world: World) -> None:
    world.write(BLOCKED, "/new slow")
    world.write(ALICE, "/new quick")
    world.read()
    del world.sent[:]
    world.faults[BLOCKED] = 429
    for _ in range(2):
        with pytest.raises(TelegramError):
            world.report()
    assert world.sent == [(ALICE, "“quick” is done.")]
    world.faults.clear()
    world.report()
    assert world.sent[1:] == [(BLOCKED, "“slow” is done.")]


def test_an_update_is_kept_until_the_api_has_taken_it(world: World) -> None:
    world.api_works = False
    world.write(ALICE, "/new patience")
    with pytest.raises(ApiError):
        world.read()
    world.api_works = True
    world.read()
    assert world.made == ["patience"]


@pytest.mark.parametrize("restarted", [False, True])
def test_an_answer_of_the_api_that_is_lost_makes_no_second_task(
    world: World, restarted: bool
) -> None:
    world.loses_answers = True
    world.write(ALICE, "/new once")
    with pytest.raises(ApiError):
        world.read()
    world.loses_answers = False
    if restarted:
        world.bot = world.started()
    world.write(ALICE, "/new once")  # the same words, and another task
    world.read()
    assert world.made == ["once", "once"]
    assert world.sent == [(ALICE, "“once” is noted.")] * 2


def test_a_chat_is_not_named_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.faults[4711] = 403
    world.write(4711, "/new quiet")
    with caplog.at_level(logging.DEBUG):
        world.read()
    (told,) = [record for record in caplog.records if record.message == "not told"]
    assert vars(told)[FIELDS] == {"cause": "sendMessage: 403 no"}
