"""A process starts on a right environment, and names every fault of a wrong one."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from tasktracker.environment import StartupError, from_environment, load
from tasktracker.settings import Api, Bot, Settings, Worker, fernet_keys

CANARY = "canary-0123456789abcdef"
Environ = dict[str, str]


@pytest.fixture
def environ(tmp_path: Path) -> Environ:
    """A right environment of the api."""

    def secret(name: str, value: str) -> str:
        (tmp_path / name).write_text(value)
        return str(tmp_path / name)

    return {
        "DATABASE_HOST": "postgres",
        "DATABASE_USER": "api",
        "DATABASE_PASSWORD_FILE": secret("database", CANARY),
        "NATS_USER": "api",
        "NATS_PASSWORD_FILE": secret("nats", CANARY),
        "ENCRYPTION_KEY_FILE": secret("key", Fernet.generate_key().decode() + "\n"),
        "ADMIN_TOKEN_FILE": secret("admin", CANARY),
        "STATISTICS_PASSWORD_FILE": secret("statistics", CANARY),
    }


def faults(shape: type[Settings], environ: Environ) -> list[str]:
    """The lines of the error that this environment ends with."""
    with pytest.raises(StartupError) as error:
        load(shape, environ)
    return str(error.value).splitlines()


def test_a_right_environment_is_read_with_the_defaults_of_the_rest(environ: Environ) -> None:
    settings = load(Api, environ)
    assert settings.database_password.get_secret_value() == CANARY
    assert (settings.database_pool_size, settings.database_max_overflow) == (20, 10)
    assert settings.database_pool_recycle == 3600
    assert settings.nats_url == "nats://nats:4222"
    assert settings.web_concurrency == 1


def test_a_secret_is_shown_by_nothing(environ: Environ) -> None:
    settings = load(Api, environ)
    assert CANARY not in repr(settings) + str(settings.model_dump())


def test_origins_are_split_at_commas(environ: Environ) -> None:
    environ["CORS_ORIGINS"] = "https://a.example.org, https://b.example.org:8443,"
    assert load(Api, environ).cors_origins == (
        "https://a.example.org",
        "https://b.example.org:8443",
    )


def test_every_fault_is_named_at_once(environ: Environ) -> None:
    del environ["DATABASE_HOST"], environ["NATS_PASSWORD_FILE"]
    environ["DATABASE_PORT"] = "many"
    assert sorted(line.split(":")[0] for line in faults(Api, environ)) == [
        "DATABASE_HOST",
        "DATABASE_PORT",
        "NATS_PASSWORD_FILE",
    ]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DATABASE_POOL_SIZE", "0", "greater than or equal to 1; set it to 1 to 500"),
        ("DATABASE_PORT", "70000", "less than or equal to 65535"),
        ("NATS_URL", "nats://user:canary@nats:4222", "write nats://host:port, without a user"),
        ("LOG_LEVEL", "LOUD", "set it to DEBUG, INFO, WARNING or ERROR"),
        ("WEB_CONCURRENCY", "65", "set it to 1 to 64 processes"),
        ("CORS_ORIGINS", "*", "without * or a closing slash"),
        ("CORS_ORIGINS", "https://a.example.org/", "without * or a closing slash"),
        ("CORS_ORIGINS", "a.example.org", "list origins by commas"),
    ],
)
def test_a_wrong_value_is_refused_with_its_fix(
    environ: Environ, variable: str, value: str, message: str
) -> None:
    environ[variable] = value
    (line,) = faults(Api, environ)
    assert line.startswith(f"{variable}: ") and message in line
    assert "canary" not in line


def test_a_secret_in_the_environment_itself_is_refused(environ: Environ) -> None:
    environ["ADMIN_TOKEN"] = CANARY
    (line,) = faults(Api, environ)
    assert line == (
        "ADMIN_TOKEN: a secret in the environment can be read by others; "
        "put it in a file and set ADMIN_TOKEN_FILE to its path"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "No such file or directory"),
        ("", "is empty"),
        (" \n", "is empty"),
        ("canary", "shorter than 16 characters"),
    ],
)
def test_a_secret_file_that_does_not_do_is_named_without_its_content(
    environ: Environ, content: str | None, message: str
) -> None:
    path = Path(environ["ADMIN_TOKEN_FILE"])
    path.unlink() if content is None else path.write_text(content)
    (line,) = faults(Api, environ)
    assert line.startswith("ADMIN_TOKEN_FILE: ") and message in line
    assert "canary" not in line


@pytest.mark.parametrize("key", ["canary-no-key", Fernet.generate_key().decode()[:-8]])
def test_an_encryption_key_that_is_none_is_refused(environ: Environ, key: str) -> None:
    Path(environ["ENCRYPTION_KEY_FILE"]).write_text(key)
    (line,) = faults(Api, environ)
    assert line.startswith("ENCRYPTION_KEY_FILE: not a Fernet key (32 bytes")
    assert key not in line


def test_a_secret_may_hold_an_old_key_below_the_new_one(environ: Environ) -> None:
    keys = [Fernet.generate_key().decode() for _ in range(2)]
    Path(environ["ENCRYPTION_KEY_FILE"]).write_text("\n".join(keys))
    assert len(fernet_keys(load(Api, environ).encryption_key)) == 2


def test_a_worker_needs_no_secret_of_the_api(environ: Environ) -> None:
    for name in ("ENCRYPTION_KEY", "ADMIN_TOKEN", "STATISTICS_PASSWORD"):
        del environ[f"{name}_FILE"]
    assert load(Worker, environ).worker_concurrency == 10


def test_a_bot_needs_its_token(tmp_path: Path) -> None:
    assert faults(Bot, {}) == [
        "TELEGRAM_BOT_TOKEN_FILE: not set; name a file with the token of @BotFather"
    ]


def test_an_unreadable_environment_ends_the_process_with_code_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN_FILE", raising=False)
    with pytest.raises(SystemExit) as end:
        from_environment(Bot)
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("cannot start the bot:\nTELEGRAM_BOT_TOKEN_FILE")
