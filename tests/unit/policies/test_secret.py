"""What looks like a secret."""

from __future__ import annotations

import pytest

from policies.secret import (
    secret_lines,
    secret_name,
    secret_options,
    secret_text,
    secret_value,
    weak,
)


@pytest.mark.parametrize(
    "name",
    [
        *("POSTGRES_PASSWORD", "DB_PASS", "API_KEY", "apiKey", "TELEGRAM_BOT_TOKEN", "SECRET_KEY"),
        *("SECRET_KEY_BASE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SMTP_PASSWORD"),
        *("ENCRYPTION_KEY", "redis.password", "NEO4J_AUTH", "SENTRY_DSN", "PASSWORD2"),
        *("PGPASSWORD", "MYSQLPASSWORD", "ACCESSTOKEN", "JWT_SECRET"),
        *("SSHPASS", "PASSCODE", "PRIVATEKEY", "SECRETKEY", "ADMIN_PW", "VAULT_DEV_ROOT_TOKEN_ID"),
    ],
)
def test_a_name_gives_a_secret_away(name: str) -> None:
    assert secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("POSTGRES_PASSWORD_FILE", "SSL_KEY_PATH", "SSH_PUBLIC_KEY", "PWD", "LOG_LEVEL"),
        *("TOKEN_LIFETIME", "PASSWORD_MIN_LENGTH", "STATISTICS_USER", "KEYCLOAK_URL", "COMPASS"),
        *("MAX_TOKENS", "BYPASS", "TOKEN_TTL", "MAX_INPUT_TOKENS"),
        *("CACHE_KEY", "PARTITION_KEY", "SORT_KEY"),
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
        "amqp://u:pa$$w0rd@h",
        "amqp://u:pa{ss@h",
        "HTTPS://U:p@h",
        "https://api.telegram.org/bot123456789:" + "A" * 35 + "/getMe",
        "https://hooks.slack.com/services/T0/B0/abc",
        "AIza" + "b" * 35,
        "SG." + "a" * 22 + "." + "b" * 43,
        "hf_" + "a" * 34,
        "npm_" + "a" * 36,
        "dop_v1_" + "0a" * 32,
        "pypi-" + "a" * 60,
        "AccountName=a;AccountKey=" + "a" * 40 + "==",
        "Server=x;Password=Foo",
        "Bearer abc123def456",
        "Authorization: Bearer abcdef",
        "postgres://h/db?user=a&password=hunter",
    ],
)
def test_a_text_gives_itself_away(text: str) -> None:
    assert secret_text(text)


@pytest.mark.parametrize(
    "text",
    [
        *("nats://nats:4222", "https://example.org/a:b", "postgres://api@postgres/x", "10:30"),
        *("sk-1", "redis://:${REDIS_PASSWORD}@redis", "amqp://u:$PASSWORD@h", "Bearer of news"),
        *("Authorization: Bearer ${TOKEN}", "http://h/?token=$TOKEN", "Authorization: Bearer $t"),
        *("redis://:$(cat /run/secrets/p)@h", "Server=x;Password=${PASSWORD}", "pwd=1"),
    ],
)
def test_an_address_is_no_secret(text: str) -> None:
    assert not secret_text(text)


@pytest.mark.parametrize("value", ["", "true", "/run/secrets/x", "${TOKEN}", "none"])
def test_a_switch_a_path_and_a_reference_are_no_secrets(value: str) -> None:
    assert not secret_value(value)


@pytest.mark.parametrize("value", ["0", "none", "true", "1", "/x", "$ecret"])
def test_a_password_may_look_like_a_switch_or_a_path(value: str) -> None:
    assert secret_value(value, "DB_PASSWORD")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"), ("AUTH", "basic"), ("SMTP_AUTH", "login")),
        *(("API_KEY", "none"), ("TLS_KEY", "/certs/tls.key"), ("PASSWORD", "/run/secrets/p")),
    ],
)
def test_what_only_switches_something_is_no_secret(name: str, value: str) -> None:
    assert not secret_value(value, name)


@pytest.mark.parametrize(
    "text",
    [
        *("DB_PASSWORD=hunter2", "export API_TOKEN='x y'", "password = hunter2", "requirepass x1"),
        *("password: hunter2", '{"password":"hunter2"}', "smtp.password=x", "a=b\nSECRET_KEY=x"),
    ],
)
def test_a_file_that_gives_a_secret_is_found(text: str) -> None:
    assert secret_lines(text)


@pytest.mark.parametrize(
    "text",
    [
        *("DB_PASSWORD=${P}", "password: $a", "password_encryption = scram-sha-256", "key: a"),
        *("PASSWORD_FILE=/run/secrets/p", "token: null", "ALTER ROLE a PASSWORD :'a'", "secret:"),
        *("ssl_certificate_key /live/tls.key;", "bearer_token_file: /run/secrets/t", "#"),
    ],
)
def test_a_file_that_only_names_one_is_not(text: str) -> None:
    assert not secret_lines(text)


@pytest.mark.parametrize("value", ["1234", "P@ssw0rd", "changeit", "admin2024!", "postgres", ""])
def test_what_is_tried_first_is_weak(value: str) -> None:
    assert weak(value)


@pytest.mark.parametrize("value", ["83749274982374982374", "kX9!bn2q0", "correct-horse"])
def test_what_is_not_tried_first_is_not(value: str) -> None:
    assert not weak(value)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["redis-server", "--requirepass", "x"], ["--requirepass"]),
        (["app", "--db-password=x"], ["--db-password"]),
        (["app", "--password-file", "/x"], []),
        (["app", "--token", "--verbose"], []),
        (["app", "--secret", "/run/secrets/x"], []),
        (["sh", "-c", "exec redis-server --requirepass hunter2"], ["--requirepass"]),
        (["PGPASSWORD=hunter2 psql -c 'select 1'"], ["PGPASSWORD"]),
        (["env", "API_TOKEN=abc", "app"], ["API_TOKEN"]),
        (["export PASSWORD=abc; app"], ["PASSWORD"]),
        (["app", "--pass", "b"], ["--pass"]),
        (["app", "--db-pass", "b"], ["--db-pass"]),
        (["java", "-Dpassword=x"], ["-Dpassword"]),
        (["redis-cli -a x ping"], ["-a"]),
        (["mysqladmin", "-psecret", "ping"], ["-p"]),
        (["unknown", "-pmysecret", "x"], ["-p"]),
        (["unknown", "-password", "x"], ["-password"]),
        (["curl", "-u", "a:b", "http://x"], ["-u"]),
        (["curl", "-u", "a", "http://x"], []),
        (["app", "key=a"], []),
        (["app", "password=a"], ["password"]),
        (["mysqladmin", "-p", "ping"], []),
        (["mysqladmin -p$MYSQL_PASSWORD ping"], []),
        (["redis-cli", "-a", "$(cat /run/secrets/p)"], []),
        (["initdb", "--auth=scram-sha-256", "-k"], []),
        (["app", "--token-endpoint", "https://x"], []),
    ],
)
def test_options_that_carry_a_secret_are_found(words: list[str], options: list[str]) -> None:
    assert secret_options(words) == options
