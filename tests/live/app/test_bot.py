"""The bot, talking to a local server that speaks Telegram's HTTP API and to the real api."""

from collections.abc import Iterator

import pytest

from tests.live.app.processes import free_port, wait_for
from tests.live.app.stack import Stack, http
from tests.live.telegram import Telegram

TOKEN = "4711:canary-of-the-bot"


class Bot:
    """The bot's process beside a stack."""

    def __init__(self, stack: Stack, telegram: Telegram) -> None:
        self.stack = stack
        self.port = free_port()
        (stack.home / "sessions").mkdir(exist_ok=True)
        self.environ = {
            **{key: stack.environ("api")[key] for key in ("PATH", "PYTHONPATH")},
            "PORT": str(self.port),
            "TELEGRAM_BOT_TOKEN_FILE": stack.secret("telegram", TOKEN),
            "TELEGRAM_BASE_URL": telegram.url,
            "API_URL": stack.url(""),
            "SESSIONS_DIR": str(stack.home / "sessions"),
        }

    def start(self) -> None:
        self.process = self.stack.python("bot", "tasktracker.bot", self.environ)
        wait_for("the bot to be well", lambda: http.get(self.url).status_code == 200)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/health"


@pytest.fixture
def telegram() -> Iterator[Telegram]:
    server = Telegram(TOKEN)
    yield server
    server.close()


@pytest.fixture
def bot(stack: Stack, telegram: Telegram) -> Iterator[Bot]:
    bot = Bot(stack, telegram)
    bot.start()
    yield bot
    bot.process.clean_up()
    (stack.home / "sessions" / "sessions.json").unlink(missing_ok=True)


def test_new_creates_a_task_and_tells_when_it_is_done(bot: Bot, telegram: Telegram) -> None:
    telegram.write(7, "/new Fix the leaking tap")
    expected = [
        (7, "“Fix the leaking tap” is noted."),
        (7, "“Fix the leaking tap” is done. It is a bug."),
    ]
    wait_for("both answers", lambda: telegram.sent == expected)
    titles = [task["title"] for task in bot.stack.get("/api/tasks").json()["tasks"]]
    assert titles[0] == "Fix the leaking tap"


def test_anything_else_is_answered_with_how_it_is_used(bot: Bot, telegram: Telegram) -> None:
    texts = ["hello", "/new", "/new  ", "/newer thing", ""]
    for text in texts:
        telegram.write(7, text)
    wait_for("every answer", lambda: len(telegram.sent) == len(texts))
    assert all(said.startswith("Write /new and what is to be done") for _, said in telegram.sent)


def test_a_title_that_is_too_long_is_refused_in_words(bot: Bot, telegram: Telegram) -> None:
    telegram.write(7, "/new " + "x" * 201)
    wait_for("the answer", lambda: telegram.sent)
    assert telegram.sent[0][1] == "That is no title: String should have at most 200 characters."


def test_a_restarted_bot_answers_each_update_once(bot: Bot, telegram: Telegram) -> None:
    telegram.write(7, "/new before the restart")
    wait_for("the task to be told done", lambda: len(telegram.sent) == 2)
    telegram.write(7, "thanks")
    wait_for("the usage", lambda: len(telegram.sent) == 3)
    assert bot.process.end() == 0
    telegram.write(8, "/new while it was away")
    bot.start()
    wait_for("the other to be told done", lambda: len(telegram.sent) == 5)
    assert [chat for chat, _ in telegram.sent] == [7, 7, 7, 8, 8]


def test_who_blocked_the_bot_gets_one_task_and_others_their_answers(
    bot: Bot, telegram: Telegram
) -> None:
    telegram.blocked.add(9)
    telegram.write(9, "/new from behind a wall")
    telegram.write(8, "/new in the open")
    wait_for("the other to be told done", lambda: len(telegram.sent) == 2)
    assert [chat for chat, _ in telegram.sent] == [8, 8]
    wait_for("both reports to be given up", lambda: bot.process.log.count('"not told"') == 2)
    titles = [task["title"] for task in bot.stack.get("/api/tasks").json()["tasks"]]
    assert titles.count("from behind a wall") == 1


def test_an_update_waits_while_the_api_is_away(bot: Bot, telegram: Telegram) -> None:
    bot.stack.processes["api"].end()
    telegram.write(7, "/new patience")
    wait_for("an attempt", lambda: "the api can't be reached" in bot.process.log)
    bot.stack.start_api()
    wait_for("the answer", lambda: telegram.sent[:1] == [(7, "“patience” is noted.")])


def test_the_token_is_never_logged(bot: Bot, telegram: Telegram) -> None:
    telegram.fails = True
    wait_for("a refusal", lambda: "502 Bad Gateway" in bot.process.log)
    telegram.close()
    wait_for("a lost connection", lambda: "ConnectError" in bot.process.log)
    assert "canary-of-the-bot" not in bot.process.log
