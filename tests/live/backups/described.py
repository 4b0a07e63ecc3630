"""The site as the stack's own components are given it, and as the operators' programs know it."""

from pathlib import Path

import pulumi

from components.backup_configuration import Repositories, Schedule
from components.backups import BackupsArgs
from components.postgres import Volumes
from components.secrets import Login, Secret
from ops.restore_stack import Stack
from stack_file import Images
from tests.live.backups.s3 import KEY, SECRET
from tests.live.stacks import built
from tests.unit.components.parts import StubEngine
from tests.unit.recorder import have_a_loop
from tests.unit.stack_files import stack

PASSPHRASE = "passphrase-of-a-test-0123456789"
NATS_PASSWORD = "nats-password-of-a-test"


def known(text: str) -> pulumi.Output[str]:
    have_a_loop()
    return pulumi.Output.from_input(text)


def secret(text: str) -> Secret:
    return Secret(known(text), known("0"))


def components_args(name: str, repositories: Repositories, data: str, sockets: str) -> BackupsArgs:
    """What the components of a stack's backups are given."""
    return BackupsArgs(
        engine=StubEngine(),
        image=built()["images"]["postgres"],
        stack=name,
        release="v1.0.0",
        repositories=repositories,
        schedule=Schedule(),
        database=Volumes(data=known(data), sockets=known(sockets)),
        passphrase=secret(PASSPHRASE),
        s3_access_key=secret(KEY),
        s3_secret_key=secret(SECRET),
        nats=Login("backup", "a", {"a": secret(NATS_PASSWORD)}),
    )


def operators_stack(name: str, repositories: Repositories, folder: Path) -> Stack:
    """What `ops` reads out of a stack file."""
    assert repositories.offsite is not None
    changes = {"prefix": name, "backups.offsite": repositories.offsite.model_dump()}
    secrets = {"backup-passphrase": PASSPHRASE, "s3-access-key": KEY, "s3-secret-key": SECRET}
    images = Images.model_validate(built()["images"])
    return Stack(name, folder, stack("dev", changes), images, secrets)
