"""The laws of a stack: each is kept by the committed files, and each refuses."""

import contextlib
import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import laws
from components import backup_sessions, backups
from laws import broken, certificates, database, edge, host, release, secrets
from laws.case import Given
from stack_file import GIVEN_SECRETS, Images
from tests.unit.app import served
from tests.unit.stack_files import BUILT, ENVIRONMENTS, SECRETS, stack

POOL = {"size": 5, "overflow": 5}


def said(
    environment: str,
    changes: Mapping[str, Any] | None = None,
    secrets: Mapping[str, str | None] | None = None,
    images: Mapping[str, str] | None = None,
) -> list[str]:
    """What the laws say of a committed stack file with changes."""
    values = stack(environment, changes)
    given = {k: v for k, v in {**SECRETS, **(secrets or {})}.items() if v is not None}
    found = values.images or Images.model_validate(BUILT)
    found = Images.model_validate({**found.model_dump(), **(images or {})})
    release = values.release or "sha-0123abc"
    return [str(mistake) for mistake in broken(environment, given, values, (found, release))]


def only(mistakes: list[str]) -> str:
    (one,) = mistakes
    return one


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_committed_stack_files_keep_every_law(environment: str) -> None:
    assert said(environment) == []


def test_every_law_is_applied() -> None:
    written = {
        name
        for room in (certificates, database, edge, host, release, secrets)
        for name, each in inspect.getmembers(room, inspect.isgeneratorfunction)
        if list(inspect.signature(each).parameters) == ["case"]
    }
    applied = (*laws.OF_SECRETS, *laws.OF_VALUES, *laws.OF_RELEASES)
    assert {law.__name__ for law in applied} == written


def test_laws_of_secrets_are_applied_where_the_shape_is_wrong() -> None:
    found = [str(mistake) for mistake in broken("prod", {"encryption-key": "c2hvcnQ="})]
    assert [text.split(";")[0] for text in found] == [
        "encryption-key: has 5 bytes, Fernet needs 32",
        "backup-passphrase: is missing",
        "s3-access-key: is missing",
        "s3-secret-key: is missing",
    ]
    assert broken("dev", {}) == []


def test_laws_of_values_are_applied_where_nothing_is_there_to_run() -> None:
    found = [str(mistake) for mistake in broken("prod", SECRETS, stack("prod", {"host.cpus": 1}))]
    assert only(found).startswith("host.cpus: limits add up to ")


@pytest.mark.parametrize("service", ["postgres", "api"])
@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_only_dev_publishes_what_is_behind_the_edge(service: str, environment: str) -> None:
    text = only(said(environment, {f"{service}.published": 5432}))
    assert text.startswith(f"{service}.published: only dev publishes a service behind the edge;")
    assert "docker exec" in text
    assert said("dev", {f"{service}.published": 5433}) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("edge.http_port", "postgres.published"),
        ("edge.http_port", "api.published"),
        ("postgres.published", "api.published"),
    ],
)
def test_a_port_serves_one_thing(first: str, second: str) -> None:
    assert said("dev", {first: 9000, second: 9000}) == [
        f"{first}: port 9000 is given twice; give each its own",
        f"{second}: port 9000 is given twice; give each its own",
    ]


def test_limits_of_two_generations_of_all_replicas_fit_the_host() -> None:
    alone = 2048 + 512 + 256
    beside = 2 * 1024 + 2 * 2048 + 2 * 512 + 2 * backups.LIMITS.memory
    needed = alone + 2 * beside
    assert said("prod", {"host.memory": needed}) == []
    assert only(said("prod", {"host.memory": needed - 1})) == (
        f"host.memory: limits add up to {needed} MB while a release is replaced, it has "
        f"{needed - 1}; lower limits or replicas, or take a larger host"
    )


def test_cpus_are_shared_while_a_release_is_replaced() -> None:
    cpus = 2 + 0.5 + 0.5 + 2 * (1 + 2 + 0.5) + 2 * backups.LIMITS.cpus
    assert said("prod", {"host.cpus": cpus}) == []
    found = only(said("prod", {"host.cpus": cpus - 0.5}))
    assert found.startswith(f"host.cpus: limits add up to {cpus:g}, it has {cpus - 0.5:g};")


def test_what_owns_a_port_never_stands_beside_its_successor() -> None:
    published = 512 + 128 + 128 + 512 + 2 * (512 + 64)
    assert said("dev", {"host.memory": published}) == []
    assert "host.memory" in only(
        said("dev", {"host.memory": published, "api.published": None}),
    )


def test_a_bot_takes_its_share_of_the_host() -> None:
    bot = {"limits": {"cpus": 0.5, "memory": 9000, "cpus_reserved": 0.1, "memory_reserved": 64}}
    assert any(m.startswith("host.memory") for m in said("dev", {"bot": bot}))


def test_the_backup_of_a_bots_sessions_takes_its_share_too() -> None:
    bot = {"limits": {"cpus": 0.1, "memory": 64, "cpus_reserved": 0.1, "memory_reserved": 64}}
    needed = 2816 + 64 + 2 * (8192 + backup_sessions.LIMITS.memory)
    secrets, images = (
        {"telegram-bot-token": "1:canary"},
        {"bot": stack("prod").model_dump()["images"]["api"]},
    )
    assert said("prod", {"bot": bot, "host.memory": needed}, secrets, images) == []
    found = said("prod", {"bot": bot, "host.memory": needed - 1}, secrets, images)
    assert only(found).startswith(f"host.memory: limits add up to {needed} MB")


def test_one_port_leads_to_one_api() -> None:
    assert only(said("dev", {"api.replicas": 2, "api.pool": POOL, "host.cpus": 4})) == (
        "api.published: leads to one container, and replicas asks for more; "
        "remove it, or set replicas to 1"
    )


def test_pools_of_two_releases_side_by_side_fit_the_database() -> None:
    needed = 2 * (2 * 4 * (20 + 30) + 2 * (5 + 5)) + 15
    assert said("prod", {"postgres.max_connections": needed}) == []
    text = only(said("prod", {"postgres.max_connections": needed - 1}))
    assert "pools may open 420 connections, twice that" in text
    assert f"set it to {needed} or more" in text


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_staging_and_prod_answer_by_tls_and_dev_need_not(environment: str) -> None:
    text = only(said(environment, {"edge.https_port": None}))
    assert text == "edge.https_port: is missing; staging and prod have TLS: give the port"
    assert said("dev", {"edge.https_port": None}) == []


@pytest.mark.parametrize("name", ["tls-certificate", "tls-key"])
def test_tls_has_its_certificate_and_its_key(name: str) -> None:
    text = only(said("prod", secrets={name: None}))
    assert text.startswith(f"{name}: is missing; pulumi config set --secret task-tracker:{name}")


def test_a_certificate_by_its_file_is_looked_for() -> None:
    text = only(said("prod", {"edge.key_file": "none.key"}, {"tls-key": None}))
    assert text == ("edge.key_file: there is no such file here, or it can't be read; mend the path")


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("c2hvcnQ=", "has 5 bytes, Fernet needs 32"),
        ("not base64!", "is not URL-safe base64"),
        ("\u00e9", "is not URL-safe base64"),
    ],
)
def test_a_weak_encryption_key_is_refused_everywhere(key: str, fault: str) -> None:
    for environment in ENVIRONMENTS:
        text = only(said(environment, secrets={"encryption-key": key}))
        assert text.startswith(f"encryption-key: {fault}; make one: python -c")


def test_dev_alone_may_have_an_encryption_key_made() -> None:
    assert said("dev", secrets={"encryption-key": None}) == []
    assert "is missing" in only(said("prod", secrets={"encryption-key": None}))


def test_the_key_before_the_newest_is_checked_too() -> None:
    two = f"{SECRETS['encryption-key']}\nc2hvcnQ="
    assert "has 5 bytes" in only(said("prod", secrets={"encryption-key": two}))


def test_a_bot_has_a_token_and_an_image() -> None:
    bot = {"limits": {"cpus": 0.1, "memory": 64, "cpus_reserved": 0.1, "memory_reserved": 64}}
    found = said("prod", {"bot": bot, "host.memory": 32000})
    assert [text.split(";")[0] for text in found] == [
        "telegram-bot-token: is missing while the bot is on",
        "images.bot: is missing while the bot is on",
    ]


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_one_release_has_one_version_of_every_part(environment: str) -> None:
    moved = stack(environment).model_dump()["images"]["worker"].replace("v0.1.0", "v0.0.9")
    text = only(said(environment, images={"worker": moved}))
    assert text == "images.worker: is not of the release; tag it v0.1.0"


def test_prod_names_its_images_by_digest_and_staging_need_not() -> None:
    image = "registry.example.org/task-tracker/nats:2.15.1"
    text = only(said("prod", images={"nats": image}))
    assert text == "images.nats: has no digest; write name:tag@sha256:<digest>"
    assert said("staging", images={"nats": image}) == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_nobody_lets_everybody_call(environment: str) -> None:
    text = only(said(environment, {"edge.cors_origins": ["*"]}))
    assert text == "edge.cors_origins: lets everybody call; list the origins"


def test_an_origin_has_a_scheme() -> None:
    assert "write https://host[:port]" in only(said("dev", {"edge.cors_origins": ["localhost"]}))


@pytest.mark.parametrize(
    ("origin", "right"),
    [
        ("https://tasks.example.org", True),
        ("https://tasks.example.org:8443", True),
        ("http://localhost:5173", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://a_b", True),
        ("*", False),
        ("null", False),
        ("https://", False),
        ("https://*.example.org", False),
        ("https://tasks.example.org/", False),
        ("https://tasks.example.org/path", False),
        ("https://tasks.example.org:", False),
        ("https://tasks.example.org:port", False),
        ("https://Tasks.example.org", False),
        ("https://user@tasks.example.org", False),
        ("https://tasks.example.org https://b.example.org", False),
        ("wss://tasks.example.org", False),
        ("tasks.example.org", False),
    ],
)
def test_an_origin_is_right_where_the_api_starts_with_it(origin: str, right: bool) -> None:
    assert (said("dev", {"edge.cors_origins": [origin]}) == []) == right
    with contextlib.nullcontext() if right else pytest.raises(ValidationError):
        served.settings(cors_origins=origin)


def test_a_rotation_is_of_a_secret_that_is_made() -> None:
    assert said("prod", {"rotations": {"admin-token": 3}}) == []
    text = only(said("prod", {"rotations": {"admin-tokn": 3}}))
    assert text == "rotations.admin-tokn: is not a key; did you mean 'admin-token'?"


def test_a_gap_is_of_a_service_that_can_have_one() -> None:
    assert said("prod", {"gaps": ["postgres"]}) == []
    assert "did you mean 'nginx'?" in only(said("prod", {"gaps": ["nginxx"]}))


def test_no_law_tells_a_secret() -> None:
    secrets = dict.fromkeys(SECRETS, "canary-value")
    for environment in ENVIRONMENTS:
        assert "canary-value" not in "\n".join(said(environment, secrets=secrets))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
@pytest.mark.parametrize("text", ["", " \n"])
def test_a_secret_that_is_given_is_not_empty(environment: str, text: str) -> None:
    bot = {"limits": {"cpus": 0.1, "memory": 64, "cpus_reserved": 0.1, "memory_reserved": 64}}
    changes = {"bot": bot, "host.cpus": 20, "host.memory": 32000}
    empty = dict.fromkeys(GIVEN_SECRETS, text)
    image = stack("prod").model_dump()["images"]["api"]
    found = said(environment, changes, empty, {"bot": image})
    assert [line.split(";")[0] for line in found] == [f"{name}: is empty" for name in SECRETS] + [
        "telegram-bot-token: is empty"
    ]


def test_a_strict_bot_never_sends_its_token_in_clear() -> None:
    bot = {
        "limits": {"cpus": 0.1, "memory": 64, "cpus_reserved": 0.1, "memory_reserved": 64},
        "base_url": "http://telegram.example.org",
    }
    changes = {"bot": bot, "host.cpus": 20, "host.memory": 32000}
    token = {"telegram-bot-token": "1:canary"}
    image = {"bot": stack("prod").model_dump()["images"]["api"]}
    assert only(said("prod", changes, token, image)) == (
        "bot.base_url: sends the token in clear; write https://"
    )
    assert said("dev", changes, token) == []


def test_keys_of_a_bucket_are_one_line_each() -> None:
    found = only(said("prod", secrets={"s3-secret-key": "canary\nrepo1-path=/"}))
    assert found == "s3-secret-key: has spaces at an end or two lines; give one line"


def test_a_passphrase_is_long_and_one_line() -> None:
    found = only(said("prod", secrets={"backup-passphrase": "canary"}))
    assert found.startswith("backup-passphrase: is short; openssl rand -base64 32 | pulumi config")
    two = "canary-of-the-backup\npassphrase"
    found = only(said("prod", secrets={"backup-passphrase": two}))
    assert found == "backup-passphrase: has spaces at an end or two lines; give one line"


def test_dev_has_the_keys_of_the_backups_it_makes() -> None:
    keys = dict.fromkeys(("backup-passphrase", "s3-access-key", "s3-secret-key"))
    local = {"backups": {}, "host.cpus": 4, "host.memory": 8192}
    assert said("dev", secrets=keys) == []
    assert only(said("dev", local, keys)).startswith("backup-passphrase: is missing")
    bucket = {"endpoint": "s3.example.org", "bucket": "dev", "region": "eu"}
    found = said("dev", {**local, "backups": {"offsite": bucket}}, keys)
    assert [text.split(";")[0] for text in found] == [f"{name}: is missing" for name in keys]


def test_keys_of_a_bucket_that_is_not_there_are_refused() -> None:
    found = said("dev", {"backups": {}, "host.cpus": 4, "host.memory": 8192})
    assert found == [
        f"{name}: opens no bucket; name one as backups.offsite, or "
        f"pulumi config rm task-tracker:{name}"
        for name in ("s3-access-key", "s3-secret-key")
    ]


def test_the_authority_of_a_bucket_is_a_certificate(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    changes = {"backups.offsite.ca_file": str(file)}
    assert "there is no such file here" in only(said("prod", changes))
    file.write_text("canary")
    found = only(said("prod", changes))
    assert found.startswith("backups.offsite.ca_file: holds no PEM certificate; give the file")
    file.write_text(SECRETS["tls-certificate"])
    assert said("prod", changes) == []


@pytest.mark.parametrize("tag", ["17.6", "19", "19beta1-1", "17-bookworm"])
def test_a_database_of_another_major_version_would_start_empty(tag: str) -> None:
    image = f"registry.example.org/task-tracker/postgres:{tag}"
    assert only(said("staging", images={"postgres": image})) == (
        "images.postgres: is not PostgreSQL 18, whose data the volume holds; "
        "tag it 18.x; another one needs the data moved first"
    )


@pytest.mark.parametrize("tag", ["18", "18.6", "18-bookworm", "sha-0123abc", "17ab"])
def test_a_database_of_the_datas_version_is_taken(tag: str) -> None:
    image = f"registry.example.org/task-tracker/postgres:{tag}"
    assert said("staging", images={"postgres": image}) == []


def test_a_case_is_strict_where_it_is_not_dev() -> None:
    strict = {environment: Given(environment, {}).strict for environment in ENVIRONMENTS}
    assert strict == {"dev": False, "staging": True, "prod": True}
