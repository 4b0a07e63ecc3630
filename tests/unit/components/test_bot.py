"""The Telegram bot's container."""

from components.bot import Bot, BotArgs, workload
from tests.unit.components.parts import LIMITS, Step, StubEngine, known, secret
from tests.unit.recorder import Recorder, value


def args(engine: StubEngine) -> BotArgs:
    return BotArgs(
        engine=engine,
        image="task-tracker/bot:v1.2.3",
        release="v1.2.3",
        limits=LIMITS,
        token=secret("telegram-bot-token"),
        base_url="https://api.telegram.org",
        after=(Step("api is healthy"),),
    )


def test_it_reaches_telegram_and_the_api_and_not_the_backend(engine: StubEngine) -> None:
    found = workload("bot", args(engine), known("sessions"))
    networks = {a.network: a.answers for a in found.networks}
    assert networks == {"integrations": True, "egress": False}


def test_its_token_is_a_file(engine: StubEngine) -> None:
    found = workload("bot", args(engine), known("sessions"))
    assert found.environment["TELEGRAM_BOT_TOKEN_FILE"] == "/run/secrets/telegram-bot-token"
    assert value(found.secrets[0].value) == "value-of-telegram-bot-token"


def test_there_is_one_as_telegram_answers_one_poller(engine: StubEngine) -> None:
    assert workload("bot", args(engine), known("sessions")).exclusive


def test_its_sessions_are_kept(engine: StubEngine, recorder: Recorder) -> None:
    recorder.run(lambda: Bot("bot", args(engine)))
    assert list(engine.kept) == ["telegram-sessions"]
    assert engine.waits["bot"] == {"api is healthy"}
