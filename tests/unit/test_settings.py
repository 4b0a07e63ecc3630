"""The settings of a stack, read from Pulumi's configuration."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest

import settings
from components.edge_configuration import RateLimits
from mistakes import StackFileError
from settings import environment_of, load, read
from tests.unit.recorder import Recorder, is_secret, start, value
from tests.unit.stack_files import BUILT, ENVIRONMENTS, ROOT, SECRETS, stack, stack_object


@pytest.fixture(autouse=True)
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What was built on this machine, whatever was."""
    file = tmp_path / "built.json"
    file.write_text(json.dumps({"release": "sha-0123abc", "images": BUILT}))
    monkeypatch.setattr(settings, "BUILT_IMAGES", file)
    return file


@pytest.fixture(autouse=True)
def neighbours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where stack files of others are: none, until a test puts some."""
    folder = tmp_path / "stacks"
    folder.mkdir()
    monkeypatch.setattr(settings, "STACK_FILES", folder)
    return folder


def begin(
    name: str,
    changes: dict[str, Any] | None = None,
    secrets: dict[str, str] | None = None,
    plain: dict[str, str] | None = None,
) -> None:
    """A program on a stack with a committed file's configuration."""
    environment = name.partition("-")[0]
    config = {"stack": json.dumps(stack_object(environment, changes)), **(plain or {})}
    start(Recorder(), name, config, SECRETS if secrets is None else secrets)


def refused() -> str:
    with pytest.raises(StackFileError) as error:
        read()
    return str(error.value)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_committed_stack_file_is_valid(environment: str) -> None:
    assert stack(environment).prefix.startswith("task-tracker")


def test_the_environments_have_one_shape() -> None:
    staging, prod = stack_object("staging"), stack_object("prod")
    allowed = {"gaps", "losses"}
    assert set(staging) - allowed == set(prod) - allowed


@pytest.mark.parametrize("name", ["postgres-data", "backups", "nats-data-r20261126-101500"])
def test_a_loss_is_of_a_volume_with_data(name: str) -> None:
    assert stack("prod", {"losses": [name]}).losses == (name,)
    begin("prod", {"losses": [name.replace("data", "dta"), "postgres"]})
    assert "losses.1: " in refused()


@pytest.mark.parametrize(
    ("name", "environment"),
    [("dev", "dev"), ("dev-t1", "dev"), ("staging", "staging"), ("prod-eu", "prod")],
)
def test_a_stack_is_of_the_environment_its_name_begins_with(name: str, environment: str) -> None:
    assert environment_of(name) == environment


@pytest.mark.parametrize("name", ["production", "qa", "develop", "-prod", "PROD"])
def test_another_name_is_of_no_environment(name: str) -> None:
    with pytest.raises(StackFileError, match="name it dev, staging or prod"):
        environment_of(name)


def test_a_good_stack_is_read_whole() -> None:
    begin("prod-eu")
    found = read()
    assert (found.stack, found.environment, found.release) == ("prod-eu", "prod", "v0.1.0")
    assert found.images.api.startswith("registry.example.org/task-tracker/api:v0.1.0@sha256:")
    assert set(found.given) == set(SECRETS)


def test_given_secrets_stay_secret() -> None:
    begin("prod")
    key = read().given["encryption-key"]
    assert is_secret(key)
    assert value(key) == SECRETS["encryption-key"]


def test_dev_runs_what_was_built_on_this_machine() -> None:
    begin("dev", secrets={})
    found = read()
    assert (found.release, found.images.api) == ("sha-0123abc", BUILT["api"])


def test_dev_without_anything_built_is_told_to_build(built: Path) -> None:
    built.unlink()
    begin("dev", secrets={})
    assert "run `make images`" in refused()


def test_prod_never_runs_what_happens_to_be_built_here() -> None:
    begin("prod", {"release": None, "images": None})
    assert "release, images: are missing" in refused()


@pytest.mark.parametrize("left_out", ["release", "images"])
def test_a_release_and_its_images_come_together(left_out: str) -> None:
    begin("prod", {left_out: None})
    assert "release, images: only one of the two is there; give both, or none" in refused()


@pytest.mark.parametrize("release", ["latest", "main", "1.2.3", "sha-xyz", "v1.2"])
def test_a_release_that_is_no_version_is_refused(release: str) -> None:
    begin("prod", {"release": release})
    assert "release: is no release; write vX.Y.Z or sha-<commit>" in refused()


def test_numbers_are_numbers() -> None:
    begin("prod", {"api.replicas": "2", "worker.replicas": True})
    text = refused()
    assert "2 mistakes" in text
    assert "api.replicas: input should be a valid integer" in text
    assert "worker.replicas: input should be a valid integer" in text


def test_a_key_that_nothing_reads_is_told_beside_all_else() -> None:
    begin("prod", {"api.replica": 2}, plain={"stak": "x"})
    text = refused()
    assert "stak: is not a key; did you mean 'stack'?" in text
    assert "api.replica: is not a key; did you mean 'replicas'?" in text


def test_one_mistake_hides_no_other() -> None:
    rest = {name: text for name, text in SECRETS.items() if name != "s3-access-key"}
    secrets = {**rest, "encryption-key": "c2hvcnQ=", "tls-kee": "canary"}
    begin("prod", {"release": None, "host.cpus": 4}, secrets, {"s3-access-key": "canary"})
    text = refused()
    assert "5 mistakes" in text
    for said in (
        "tls-kee: is not a key; did you mean 'tls-key'?",
        "s3-access-key: is given in clear",
        "release, images: only one of the two is there",
        "encryption-key: has 5 bytes",
        "host.cpus: limits add up to",
    ):
        assert said in text
    assert "canary" not in text


def test_a_mistake_of_shape_hides_none_of_secrets() -> None:
    secrets = {name: text for name, text in SECRETS.items() if name != "encryption-key"}
    begin("prod", {"api.replicas": "two"}, {**secrets, "backup-passphrase": "short"})
    text = refused()
    assert "3 mistakes" in text
    for said in (
        "api.replicas: input should be a valid integer",
        "encryption-key: is missing",
        "backup-passphrase: is short",
    ):
        assert said in text


def test_a_stack_of_no_environment_is_told_beside_its_mistakes() -> None:
    start(Recorder(), "production", {"stack": json.dumps(stack_object("prod", {"nats": None}))})
    text = refused()
    assert "the stack's name: is of no environment" in text
    assert "nats: is missing" in text


def test_two_stacks_of_one_host_never_have_one_database(neighbours: Path) -> None:
    (neighbours / "Pulumi.prod.yaml").write_text((ROOT / "Pulumi.prod.yaml").read_text())
    begin("prod-eu")
    assert "prefix: is that of stack 'prod' on the same host" in refused()
    begin("prod-eu", {"prefix": "task-tracker-eu"})
    assert read().values.prefix == "task-tracker-eu"
    begin("prod-eu", {"host.address": "ssh://deploy@eu.example.org"})
    assert read().stack == "prod-eu"
    begin("prod")
    assert read().stack == "prod"


@pytest.mark.parametrize(
    "text", ["", "[", "config: 1", "config: {}", "config: {'task-tracker:stack': 1}"]
)
def test_a_neighbour_that_is_wrong_is_not_ours_to_judge(neighbours: Path, text: str) -> None:
    (neighbours / "Pulumi.staging.yaml").write_text(text)
    begin("prod")
    assert read().stack == "prod"


def test_a_key_of_another_project_is_not_ours_to_judge() -> None:
    begin("prod")
    pulumi.runtime.set_config("docker:host", "unix:///run/docker.sock")
    assert read().stack == "prod"


def test_a_secret_in_clear_is_refused_and_not_shown() -> None:
    rest = {name: text for name, text in SECRETS.items() if name != "encryption-key"}
    begin("prod", secrets=rest, plain={"encryption-key": SECRETS["encryption-key"]})
    text = refused()
    assert "encryption-key: is given in clear; pulumi config set --secret" in text
    assert SECRETS["encryption-key"] not in text


def test_a_certificate_may_be_files(tmp_path: Path) -> None:
    files = {}
    for name, key in (("tls-certificate", "certificate_file"), ("tls-key", "key_file")):
        file = tmp_path / name
        file.write_text(SECRETS[name])
        files[f"edge.{key}"] = str(file)
    rest = {name: text for name, text in SECRETS.items() if not name.startswith("tls-")}
    begin("prod", files, rest)
    assert value(read().given["tls-key"]) == SECRETS["tls-key"]


def test_a_file_that_is_no_text_is_refused_as_no_certificate(tmp_path: Path) -> None:
    file = tmp_path / "tls.der"
    file.write_bytes(b"\x30\x82\xff")
    rest = {name: text for name, text in SECRETS.items() if name != "tls-certificate"}
    begin("prod", {"edge.certificate_file": str(file)}, rest)
    assert "tls-certificate: is not a PEM certificate" in refused()


def test_a_folder_is_no_certificate(tmp_path: Path) -> None:
    rest = {name: text for name, text in SECRETS.items() if name != "tls-certificate"}
    begin("prod", {"edge.certificate_file": str(tmp_path)}, rest)
    assert "edge.certificate_file: there is no such file here" in refused()


def test_a_certificate_has_one_source(tmp_path: Path) -> None:
    begin("prod", {"edge.key_file": str(tmp_path / "tls.key")})
    said = "edge.key_file: is given beside the secret tls-key; keep one of the two"
    assert said in refused()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"release": "v1.2.3", "images": {}}'])
def test_what_another_program_built_is_built_again(built: Path, text: str) -> None:
    built.write_text(text)
    begin("dev", secrets={})
    said = "images: what was built here is not what this program runs; run `make images` again"
    assert said in refused()


def test_an_empty_secret_never_takes_the_place_of_a_generated_one() -> None:
    begin("dev", secrets={"encryption-key": ""})
    assert "encryption-key: is empty; pulumi config set --secret" in refused()


def test_a_wrong_stack_ends_the_program_in_the_way_that_pulumi_takes_for_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pulumi.log, "error", told.append)
    begin("prod", {"api.replica": 2})
    with pytest.raises(SystemExit) as ended:
        load()
    assert ended.value.code == 32
    assert "api.replica: is not a key" in told[0]


def test_only_dev_has_loose_limits_of_requests() -> None:
    dev, staging, prod = (stack(environment).edge.rate_limits for environment in ENVIRONMENTS)
    assert staging == prod == RateLimits()
    assert dev.api_per_second >= 10 * prod.api_per_second
    assert dev.api_burst >= 10 * prod.api_burst
