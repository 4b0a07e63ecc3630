"""Secrets are where they are used and nowhere else: audit S1 and S5, looked for by their values."""

import json
import stat
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from components.secrets import ROTATABLE
from tests.live import canaries
from tests.live.app.processes import wait_for
from tests.live.canaries import Canaries
from tests.live.pulumi_stack import PulumiStack, docker
from tests.live.running import PROC, Running, running
from tests.live.site import Site

pytestmark = pytest.mark.parametrize("stack", ("dev", "prod"), indirect=True)

NATS_CLIENTS = ("api", "worker", "migrations", "backup", "monitoring")

# What each service reads, by its name in the state. The second account of a client (b) comes with
# the first rotation, which these stacks have not seen.
READS = {
    "postgres": {"postgres-password"},
    "nats": {f"{client}-nats-a" for client in NATS_CLIENTS},
    "api": {"api-database-a", "api-nats-a", "admin-token", "statistics-password"},
    "worker": {"worker-database-a", "worker-nats-a"},
    "dashboard": set[str](),
    "nginx": set[str](),
    "backup": {"backup-nats-a", "backup-passphrase", "s3-access-key", "s3-secret-key"},
    "drill": {"backup-passphrase"},
    "bot": {"telegram-bot-token"},
    "sessions-backup": {"backup-passphrase", "s3-access-key", "s3-secret-key"},
}

COMMAND = "command:local:Command"


@pytest.fixture(scope="module")
def secrets(stack: PulumiStack) -> Canaries:
    return canaries.of(stack)


def test_the_engine_tells_no_secret_about_anything_it_has(
    stack: PulumiStack, secrets: Canaries
) -> None:
    told = {}
    for kind, names in _of_stack(stack).items():
        told[kind] = docker(*kind.split(), *names)
    for image in _images(stack):
        told[f"history of {image}"] = docker("history", "--no-trunc", image)
    told["containers"] = docker("ps", "--all", "--no-trunc")
    assert {what: found for what, text in told.items() if (found := secrets.among(text))} == {}


def test_no_process_of_the_machine_carries_a_secret(stack: PulumiStack, secrets: Canaries) -> None:
    found, read = {}, set()
    for process in PROC.iterdir():
        if process.name.isdigit():
            for place in ("cmdline", "environ"):
                text = _read(process / place)
                read |= {int(process.name)} if text else set()
                if names := secrets.among(text):
                    found[f"{place} of {_read(process / 'comm').strip()}"] = names
    assert found == {}
    assert {container.pid for container in running(stack)} <= read


def test_no_command_that_an_up_runs_is_given_a_secret(
    stack: PulumiStack, secrets: Canaries
) -> None:
    commands = [r for r in canaries.resources_in_clear(stack) if r["type"] == COMMAND]
    assert commands
    found = {c["urn"]: secrets.among(json.dumps(c)) for c in commands}
    assert {urn: names for urn, names in found.items() if names} == {}


def test_no_log_and_no_word_of_pulumi_holds_a_secret(stack: PulumiStack, secrets: Canaries) -> None:
    assert stack.said, "nothing was said while the stack came up?"
    for said in stack.said:
        assert secrets.among(said) == set()
    for name in _of_stack(stack)["container inspect"]:
        assert secrets.among(docker("logs", name)) == set(), name


def test_a_preview_that_changes_every_secret_shows_none(
    stack: PulumiStack, secrets: Canaries
) -> None:
    preview = _while_all_rotate(stack, partial(stack.preview, "--diff"))
    assert "[secret]" in preview, "the preview was to show that secrets change"
    assert secrets.among(preview) == set()


def test_the_state_holds_secrets_encrypted_alone(stack: PulumiStack, secrets: Canaries) -> None:
    assert secrets.among(stack.pulumi("stack", "export").succeeded()) == set()
    assert secrets.among(stack.pulumi("stack", "output", "--json").succeeded()) == set()
    assert secrets.in_files([stack.file, stack.folder / "state"]) == {}


def test_what_people_log_in_with_is_told_to_who_asks_and_lets_them_in(
    stack: PulumiStack, site: Site, secrets: Canaries
) -> None:
    hidden = {name for name, value in stack.outputs().items() if value == "[secret]"}
    published = {"postgres-password"} if "published" in stack.values["postgres"] else set()
    assert hidden == {"admin-token", "statistics-password"} | published
    told = json.loads(stack.pulumi("stack", "output", "--json", "--show-secrets").succeeded())
    for name in hidden:
        assert secrets.among(told[name]) == {name}
    login = httpx.BasicAuth("statistics", told["statistics-password"])

    def let_in() -> bool:  # once the limit of requests allows
        return site.client.get("/api/statistics", auth=login).status_code == 200

    wait_for("an answer with statistics", let_in, 15)


def test_no_image_and_no_layer_of_a_container_holds_a_secret(
    stack: PulumiStack, secrets: Canaries
) -> None:
    assert secrets.in_output(["docker", "save", *_images(stack)]) == set()
    for name in _of_stack(stack)["container inspect"]:
        size = docker("inspect", "--size", "--format", "{{.SizeRw}}", name)
        if int(size) > 0:
            assert secrets.in_output(["docker", "export", name]) == set(), name


def test_each_service_can_read_its_own_secrets_and_no_other(
    stack: PulumiStack, secrets: Canaries
) -> None:
    for container in running(stack):
        found = secrets.in_files(_mounted(container))
        names = {name for held in found.values() for name in held}
        assert names == _reads(stack, container.service), container


def test_a_file_with_a_secret_is_for_the_eyes_of_one_user_and_nobody_writes_it(
    stack: PulumiStack, secrets: Canaries
) -> None:
    for container in running(stack):
        user = int(container.config["User"].partition(":")[0])
        writable = [container.root / m.path.lstrip("/") for m in container.mounts if m.writable]
        for file in secrets.in_files(_mounted(container)):
            status = file.stat()
            assert stat.S_IMODE(status.st_mode) == 0o400, file
            assert (status.st_uid, status.st_gid) == (user, user), file
            within = [place for place in writable if file.is_relative_to(place)]
            assert within == [], f"{file} is in a place that can be written"


def _reads(stack: PulumiStack, service: str) -> set[str]:
    own = READS[service]
    if service == "api":
        given = "encryption-key" in stack.secrets
        own = own | {"encryption-key" if given else "encryption-key (generated)"}
    if service == "nginx" and "tls-key" in stack.secrets:
        own = own | {"tls-key"}
    return own


def _of_stack(stack: PulumiStack) -> dict[str, list[str]]:
    """What the engine has of a stack, running or not, by the command that tells of it."""
    prefix = f"name=task-tracker-{stack.name}-"
    label = f"label=tasktracker.stack={stack.name}"
    kinds = {
        "container inspect": ("ps", "--all", "--filter", label, "--format", "{{.Names}}"),
        "volume inspect": ("volume", "ls", "--filter", prefix, "--format", "{{.Name}}"),
        "network inspect": ("network", "ls", "--filter", prefix, "--format", "{{.Name}}"),
        "image inspect": ("ps", "--all", "--filter", label, "--format", "{{.Image}}"),
    }
    return {kind: sorted(set(docker(*listed).split())) for kind, listed in kinds.items()}


def _images(stack: PulumiStack) -> list[str]:
    return _of_stack(stack)["image inspect"]


def _mounted(container: Running) -> list[Path]:
    """Where a container sees files that are not of its image: volumes and memory."""
    kinds = ("overlay", "proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue")
    places = [mount.path for mount in container.mounts if mount.kind not in kinds]
    hidden = ("/proc", "/sys", "/dev")
    return [container.root / p.lstrip("/") for p in places if not p.startswith(hidden)]


def _while_all_rotate(stack: PulumiStack, preview: Any) -> str:
    """What a preview shows when the stack file asks for a rotation of each secret."""
    before = stack.values.get("rotations")
    stack.values["rotations"] = dict.fromkeys(ROTATABLE, 1)
    stack.write()
    try:
        said: str = preview().succeeded()
    finally:
        stack.values.pop("rotations")
        if before is not None:
            stack.values["rotations"] = before
        stack.write()
    return said


def _read(file: Path) -> str:
    """A file of a process; nothing if that has ended, or lets not even root read it."""
    try:
        return file.read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return ""
