"""Secrets of the stack: generated or given, each with a version that says nothing about it."""

from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pydantic import Field

from components.args import Args
from components.workload import SecretFile

# 32 characters of 62 are 190 bits; the first is a letter, as NATS reads a value that begins like a
# number as one. Without specials no file format needs quoting.
LENGTH = 31

DATABASE_ROLES = ("api", "worker", "migrations", "backup", "monitoring")
NATS_USERS = ("api", "worker", "migrations", "backup", "monitoring")

# Made for every stack; `rotations` in the stack file names them.
GENERATED = (
    "postgres-password",
    "admin-token",
    "statistics-password",
    *(f"{role}-database-password" for role in DATABASE_ROLES),
    *(f"{user}-nats-password" for user in NATS_USERS),
)


class SecretsArgs(Args):
    """Which secrets were given; `rotations` counts a generated one's new starts."""

    given: dict[str, pulumi.Output[str]] = Field(default_factory=dict)
    rotations: dict[str, int] = Field(default_factory=dict)


@dataclass(frozen=True)
class Secret:
    """A value and its version: a random id that changes with the value, safe to show."""

    value: pulumi.Output[str]
    version: pulumi.Output[str]

    def file(self, name: str) -> SecretFile:
        """The secret as a file of a workload."""
        return SecretFile(name=name, value=self.value, version=self.version)


class Secrets(pulumi.ComponentResource):
    """Every secret of a stack by its name. Values are secret in the state, versions are not."""

    def __init__(
        self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:secrets:Secrets", name, None, opts)
        # They open the data volumes, so they are kept as long as these.
        self._kept = pulumi.ResourceOptions(parent=self, protect=True)
        self._rotations = args.rotations
        self._secrets: dict[str, Secret] = {}
        for secret in GENERATED:
            self._add(secret, pulumi.Output.concat("s", self._password(secret).result))
        for secret, value in {"encryption-key": self._fernet_key(), **args.given}.items():
            self._add(secret, value)
        self.register_outputs({"versions": {k: s.version for k, s in self._secrets.items()}})

    def __getitem__(self, name: str) -> Secret:
        return self._secrets[name]

    def get(self, name: str) -> Secret | None:
        """A secret that a stack may do without."""
        return self._secrets.get(name)

    def _password(self, name: str) -> random.RandomPassword:
        return random.RandomPassword(
            name, length=LENGTH, special=False, keepers=self._keepers(name), opts=self._kept
        )

    def _fernet_key(self) -> pulumi.Output[str]:
        """32 random bytes in URL-safe base64, what Fernet asks for, where no key was given."""
        key = random.RandomBytes("encryption-key", length=32, opts=self._kept)
        return key.base64.apply(lambda text: text.replace("+", "-").replace("/", "_"))

    def _keepers(self, name: str) -> dict[str, str]:
        return {"rotation": str(self._rotations.get(name, 0))}

    def _add(self, name: str, value: pulumi.Output[str]) -> None:
        secret: pulumi.Output[str] = pulumi.Output.secret(value)
        version = random.RandomId(
            f"{name}-version", byte_length=4, keepers={"value": secret}, opts=self._kept
        )
        # Derived from a secret input, so Pulumi holds the id for one too; it is a random number.
        self._secrets[name] = Secret(secret, pulumi.Output.unsecret(version.hex))
