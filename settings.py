"""A stack's settings: the only reader of its configuration.

A stack file (`Pulumi.<stack>.yaml`) holds one object, `task-tracker:stack`, and one key per secret.
Everything wrong with it is told at once, before any resource is made.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pulumi
from pulumi.runtime.config import is_config_secret
from pydantic import ValidationError

import laws
from components.args import Args
from mistakes import Mistake, StackFileError, explain, unknown
from stack_file import GIVEN_SECRETS, Images, StackSettings

PROJECT = "task-tracker"
# The exit status by which Pulumi's language host knows that the user has been told the reason.
TOLD = 32

BUILT_IMAGES = Path(__file__).parent / "images" / "built.json"

Environment = Literal["dev", "staging", "prod"]
ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "prod")


class Settings(Args):
    """A stack's settings, complete: what the file says, and what it leaves to be found out."""

    stack: str
    environment: Environment
    values: StackSettings
    images: Images
    release: str
    given: dict[str, pulumi.Output[str]]


def load() -> Settings:
    """The current stack's settings; ends the program with every mistake told if there are any."""
    try:
        return read()
    except StackFileError as error:
        pulumi.log.error(str(error))
        sys.exit(TOLD)


def read() -> Settings:
    """Read and check the configuration of the current stack.

    Raises `StackFileError`, which names every mistake with its key and its fix and no value.
    """
    stack = pulumi.get_stack()
    environment = environment_of(stack)
    config = pulumi.Config(PROJECT)
    mistakes = _unknown(_own_keys()) + _in_clear()
    try:
        values = parse(_stack_text(config))
    except StackFileError as error:
        raise StackFileError(stack, [*mistakes, *error.mistakes]) from None
    secrets = _secrets(config, values)
    images, release = _images(stack, environment, values)
    mistakes += laws.broken(environment, values, images, release, secrets)
    if mistakes:
        raise StackFileError(stack, mistakes)
    given = {name: pulumi.Output.secret(text) for name, text in secrets.items()}
    return Settings(
        stack=stack, environment=environment, values=values, images=images, release=release,
        given=given,
    )  # fmt: skip


def parse(text: str) -> StackSettings:
    """The stack object (JSON), checked by its shape: a number in quotes is text, as in the schema.

    Raises `StackFileError`.
    """
    try:
        return StackSettings.model_validate_json(text, strict=True)
    except ValidationError as error:
        raise StackFileError(pulumi.get_stack(), explain(error, StackSettings)) from None


def environment_of(stack: str) -> Environment:
    """The environment of a stack: its name, up to the first hyphen (`prod-eu` is prod)."""
    for environment in ENVIRONMENTS:
        if stack.partition("-")[0] == environment:
            return environment
    raise StackFileError(
        stack, [Mistake("the stack's name", "is of no environment", "name it dev, staging or prod, "
                        "or begin with one of them and a hyphen: prod-eu")]
    )  # fmt: skip


def _own_keys() -> list[str]:
    prefix = f"{PROJECT}:"
    known = pulumi.runtime.config.CONFIG.get()
    return [key.removeprefix(prefix) for key in known if key.startswith(prefix)]


def _unknown(keys: Iterable[str]) -> list[Mistake]:
    """Configuration keys of this project that nothing reads."""
    known = ["stack", *GIVEN_SECRETS]
    return [unknown(key, key, known) for key in keys if key not in known]


def _in_clear() -> list[Mistake]:
    """Given secrets that the stack file holds as plain text."""
    return [
        Mistake(name, "is given in clear", f"pulumi config set --secret {PROJECT}:{name}")
        for name in _own_keys()
        if name in GIVEN_SECRETS and not is_config_secret(f"{PROJECT}:{name}")
    ]


def _stack_text(config: pulumi.Config) -> str:
    """The stack object as Pulumi hands it over: JSON."""
    try:
        return config.require("stack")
    except pulumi.ConfigMissingError:
        raise StackFileError(
            pulumi.get_stack(),
            [Mistake("stack", "is missing", f"add {PROJECT}:stack; Pulumi.dev.yaml shows one")],
        ) from None


def _secrets(config: pulumi.Config, values: StackSettings) -> dict[str, str]:
    """The given secrets in clear: laws look at them, nothing else may."""
    secrets = {name: text for name in GIVEN_SECRETS if (text := config.get(name)) is not None}
    files = {"tls-certificate": values.edge.certificate_file, "tls-key": values.edge.key_file}
    for name, path in files.items():
        if path is not None and name not in secrets and Path(path).is_file():
            secrets[name] = Path(path).read_text()
    return secrets


def _images(stack: str, environment: Environment, values: StackSettings) -> tuple[Images, str]:
    """Images and release: from the stack file, or in dev what was built on this machine."""
    if values.images is not None and values.release is not None:
        return values.images, values.release
    if (values.images is None) != (values.release is None):
        raise StackFileError(
            stack,
            [Mistake("release, images", "only one of the two is there", "give both, or none")],
        )
    if environment != "dev":
        raise StackFileError(
            stack,
            [Mistake("release, images", "are missing", "staging and prod name what they run")],
        )
    if not BUILT_IMAGES.exists():
        raise StackFileError(
            stack, [Mistake("images", "none are named and none were built", "run `make images`, or "
                            "name release and images in the stack file")]
        )  # fmt: skip
    built = json.loads(BUILT_IMAGES.read_text())
    return Images.model_validate(built["images"]), str(built["release"])
