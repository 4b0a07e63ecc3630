"""What looks like a secret."""

from __future__ import annotations

import pytest

from policies.secret import secret_name, secret_options, secret_text, secret_value


@pytest.mark.parametrize(
    "name",
    [
        *("POSTGRES_PASSWORD", "DB_PASS", "API_KEY", "apiKey", "TELEGRAM_BOT_TOKEN", "SECRET_KEY"),
        *("SECRET_KEY_BASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SMTP_PASSWORD"),
        *("ENCRYPTION_KEY", "redis.password", "NEO4J_AUTH", "SENTRY_DSN", "PASSWORD2"),
        *("PGPASSWORD", "MYSQLPASSWORD", "ACCESSTOKEN", "JWT_SECRET"),
    ],
)
def test_a_name_gives_a_secret_away(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("POSTGRES_PASSWORD_FILE", "SSL_KEY_PATH", "SSH_PUBLIC_KEY", "PWD", "LOG_LEVEL"),
        *("TOKEN_LIFETIME", "PASSWORD_MIN_LENGTH", "STATISTICS_USER", "KEYCLOAK_URL", "COMPASS"),
        *("MAX_TOKENS", "BYPASS", "TOKEN_TTL"),
    ],
)
def test_a_name_that_only_sounds_so_does_not(name: str) -> None:
    assert not secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----",
        "postgres://api:hunter2@postgres/tasktracker",
        "redis://:hunter2@redis:6379/0",
        "ghp_" + "a" * 36,
        "123456789:" + "A" * 35,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    ],
)
def test_a_text_gives_itself_away(text: str) -> None:
    assert secret_text(text)


@pytest.mark.parametrize(
    "text",
    ["nats://nats:4222", "https://example.org/a:b", "postgres://api@postgres/x", "10:30", "sk-1"],
)
def test_an_address_is_no_secret(text: str) -> None:
    assert not secret_text(text)


@pytest.mark.parametrize("value", ["", "true", "/run/secrets/x", "${TOKEN}", "none"])
def test_a_switch_a_path_and_a_reference_are_no_secrets(value: str) -> None:
    assert not secret_value(value)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["redis-server", "--requirepass", "x"], ["--requirepass"]),
        (["app", "--db-password=x"], ["--db-password"]),
        (["app", "--password-file", "/x"], []),
        (["app", "--token", "--verbose"], []),
        (["app", "--secret", "/run/secrets/x"], []),
    ],
)
def test_options_that_carry_a_secret_are_found(words: list[str], options: list[str]) -> None:
    assert secret_options(words) == options
