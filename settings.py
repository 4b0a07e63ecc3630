"""A stack's settings: the only reader of its configuration.

A stack file (`Pulumi.<stack>.yaml`) holds one object, `task-tracker:stack`, and one key per secret.
Everything wrong with it is told at once, before any resource is made.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, TypeVar

import pulumi
import yaml
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

# Where the stack files are, this stack's and its neighbours'.
STACK_FILES = Path(__file__).parent

Environment = Literal["dev", "staging", "prod"]
ENVIRONMENTS: tuple[Environment, ...] = ("dev", "staging", "prod")

T = TypeVar("T")


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
    config = pulumi.Config(PROJECT)
    mistakes = _unknown(_own_keys()) + _in_clear()
    environment = _or_told(mistakes, lambda: environment_of(stack))
    values = _or_told(mistakes, lambda: parse(_stack_text(config)))
    secrets = _secrets(config, mistakes, values)
    if values is not None:
        mistakes += _shared(stack, values)
    runs = None
    if environment is not None:
        if values is not None:
            runs = _or_told(mistakes, lambda: _runs(stack, environment, values))
        mistakes += laws.broken(environment, secrets, values, runs)
    if mistakes or environment is None or values is None or runs is None:
        raise StackFileError(stack, mistakes)
    images, release = runs
    given = {name: pulumi.Output.secret(text) for name, text in secrets.items()}
    return Settings(
        stack=stack, environment=environment, values=values, images=images, release=release,
        given=given,
    )  # fmt: skip


def _or_told(mistakes: list[Mistake], part: Callable[[], T]) -> T | None:
    """A part of the settings, or None and its mistakes beside the others."""
    try:
        return part()
    except StackFileError as error:
        mistakes += error.mistakes
        return None


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


def _secrets(
    config: pulumi.Config, mistakes: list[Mistake], values: StackSettings | None
) -> dict[str, str]:
    """The given secrets in clear: laws look at them, nothing else may."""
    secrets = {name: text for name in GIVEN_SECRETS if (text := config.get(name)) is not None}
    if values is None:
        return secrets
    edge = values.edge
    for name, key, path in (
        ("tls-certificate", "edge.certificate_file", edge.certificate_file),
        ("tls-key", "edge.key_file", edge.key_file),
    ):
        if path is not None and name in secrets:
            mistakes.append(
                Mistake(key, f"is given beside the secret {name}", "keep one of the two")
            )
        elif path is not None:
            # A law tells of what is no file, or no PEM.
            with suppress(OSError):
                secrets[name] = Path(path).read_bytes().decode(errors="replace")
    return secrets


def _shared(stack: str, values: StackSettings) -> Iterator[Mistake]:
    """Stacks of one host whose volumes have one name: two databases would write to one volume."""
    for file in sorted(STACK_FILES.glob("Pulumi.*.yaml")):
        name = file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        if name == stack:
            continue
        try:
            # A preview waits for it: this loader takes a thirtieth of the time.
            found = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
            other = found["config"][f"{PROJECT}:stack"]
            same = (other["prefix"], other["host"].get("address")) == (
                values.prefix, values.host.address,
            )  # fmt: skip
        except (OSError, yaml.YAMLError, LookupError, TypeError, AttributeError):
            continue  # what is wrong with it is told to whoever deploys it
        if same:
            yield Mistake("prefix", f"is that of stack {name!r} on the same host, and both would "
                          "write to one database", "give each stack its own")  # fmt: skip


def _runs(stack: str, environment: Environment, values: StackSettings) -> tuple[Images, str]:
    """Images and release: from the stack file, or in dev what was built on this machine."""
    if values.images is not None and values.release is not None:
        return values.images, values.release
    if (values.images is None) != (values.release is None):
        mistake = Mistake("release, images", "only one of the two is there", "give both, or none")
    elif environment != "dev":
        mistake = Mistake("release, images", "are missing", "staging and prod name what they run")
    elif not BUILT_IMAGES.exists():
        mistake = Mistake("images", "none are named and none were built", "run `make images`, or "
                          "name release and images in the stack file")  # fmt: skip
    else:
        try:
            built = json.loads(BUILT_IMAGES.read_text())
            return Images.model_validate(built["images"]), str(built["release"])
        except (ValueError, KeyError, TypeError):
            mistake = Mistake("images", "what was built here is not what this program runs",
                              "run `make images` again")  # fmt: skip
    raise StackFileError(stack, [mistake])
