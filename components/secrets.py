"""Secrets of the stack: generated or given, each with a version that says nothing about it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_random as random
from pydantic import Field

from components.args import Args
from components.workload import SecretFile

# 31 characters of 62 are 184 bits. A letter goes before them, as NATS reads a value that begins
# like a number as one; without specials no file format needs quoting.
LENGTH = 31

# Clients that log in, each as itself (audit S6).
CLIENTS = ("api", "worker", "migrations", "backup", "monitoring")
DATABASE_LOGINS = tuple(f"{client}-database" for client in CLIENTS)
NATS_LOGINS = tuple(f"{client}-nats" for client in CLIENTS)
TOKENS = ("admin-token", "statistics-password")

CERTIFICATE = "tls-certificate"
TLS = (CERTIFICATE, "tls-key")

# What one command rotates; the stack file counts how often.
ROTATABLE = (*TOKENS, *DATABASE_LOGINS, *NATS_LOGINS)


class SecretsArgs(Args):
    """Which secrets were given; `rotations` counts a generated one's new starts."""

    given: dict[str, pulumi.Output[str]] = Field(default_factory=dict)
    rotations: dict[str, int] = Field(default_factory=dict)


@dataclass(frozen=True)
class Secret:
    """A value and its version, which changes with the value and is safe to show."""

    value: pulumi.Output[str]
    version: pulumi.Output[str]

    def file(self, name: str) -> SecretFile:
        """The secret as a file of a workload."""
        return SecretFile(name=name, value=self.value, version=self.version)


@dataclass(frozen=True)
class Login:
    """A client's two accounts, of which one is in use, and the passwords there are.

    A rotation gives the other a new password and changes over to it. Clients that still hold the
    old one are served until they are replaced, so nobody is locked out meanwhile (audit S4).
    """

    client: str
    active: str
    passwords: dict[str, Secret]

    @property
    def user(self) -> str:
        """The account in use."""
        return account(self.client, self.active)

    @property
    def password(self) -> Secret:
        """Its password."""
        return self.passwords[self.active]

    @property
    def standby(self) -> str:
        """The account that was in use before, and is next."""
        return account(self.client, "b" if self.active == "a" else "a")


def account(client: str, slot: str) -> str:
    """The name of one of a client's two accounts."""
    return f"{client}_{slot}"


class Secrets(pulumi.ComponentResource):
    """Every secret of a stack by its name. Values are secret in the state, versions are not.

    `key_to_data` is what a data volume is worthless without; it is kept as long as that.
    """

    def __init__(
        self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:secrets:Secrets", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._rotations = args.rotations
        superuser = self._password("postgres-password", 0)
        encryption = random.RandomBytes("encryption-key", length=32, opts=self._child)
        self.key_to_data: tuple[pulumi.Resource, ...] = (superuser, encryption)
        self._secrets = {
            "postgres-password": _generated(superuser, "0"),
            "encryption-key": Secret(pulumi.Output.secret(fernet(encryption)), _version("0")),
            **{token: self._token(token) for token in TOKENS},
            **{name: self._given(name, args.given) for name in args.given},
        }
        self.database = {login.client: login for login in map(self._login, DATABASE_LOGINS)}
        self.nats = {login.client: login for login in map(self._login, NATS_LOGINS)}
        self.register_outputs({})

    def __getitem__(self, name: str) -> Secret:
        return self._secrets[name]

    def get(self, name: str) -> Secret | None:
        """A secret that a stack may do without."""
        return self._secrets.get(name)

    def _token(self, name: str) -> Secret:
        generation = self._rotations.get(name, 0)
        return _generated(self._password(name, generation), str(generation))

    def _login(self, name: str) -> Login:
        """Two accounts: rotation n is the turn of a when n is even, of b when it is odd.

        Before the first rotation there is no second password: nothing would ever use it.
        """
        turn = self._rotations.get(name, 0)
        generations = {"a": turn // 2}
        if turn:
            generations["b"] = (turn - 1) // 2
        passwords = {
            slot: _generated(self._password(f"{name}-{slot}", generation), f"{slot}{generation}")
            for slot, generation in generations.items()
        }
        return Login(name.partition("-")[0], "ab"[turn % 2], passwords)

    def _given(self, name: str, given: Mapping[str, pulumi.Output[str]]) -> Secret:
        secret: pulumi.Output[str] = pulumi.Output.secret(given[name])
        if name in TLS and CERTIFICATE in given:
            # It is public, and no key changes without it. So a preview knows the version, and with
            # it the edge's configuration, before anything exists: rules can read that.
            return Secret(secret, pulumi.Output.unsecret(given[CERTIFICATE].apply(_fingerprint)))
        changes = random.RandomId(
            f"{name}-version", byte_length=4, keepers={"value": secret}, opts=self._child
        )
        # Derived from a secret input, so Pulumi holds the id for one too; it is a random number.
        return Secret(secret, pulumi.Output.unsecret(changes.hex))

    def _password(self, name: str, generation: int) -> random.RandomPassword:
        return random.RandomPassword(
            name,
            length=LENGTH,
            special=False,
            keepers={"generation": str(generation)},
            opts=self._child,
        )


def fernet(key: random.RandomBytes) -> pulumi.Output[str]:
    """32 random bytes in URL-safe base64, what Fernet asks for, where no key was given."""
    return key.base64.apply(lambda text: text.replace("+", "-").replace("/", "_"))


def _generated(password: random.RandomPassword, version: str) -> Secret:
    value: pulumi.Output[str] = pulumi.Output.secret(pulumi.Output.concat("s", password.result))
    return Secret(value, _version(version))


def _version(text: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(text)


def _fingerprint(certificate: str) -> str:
    return hashlib.sha256(certificate.encode()).hexdigest()[:8]
