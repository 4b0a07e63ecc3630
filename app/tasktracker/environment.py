"""Reads a shape of settings from the environment; names every fault at once, and no value.

A `SecretStr` field `x` is read from the file that `X_FILE` names, and from nowhere else; every
other field `x` is the variable `X`.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr, ValidationError

from tasktracker.settings import Settings


class StartupError(Exception):
    """The environment does not let this process start; the message lists every fault."""


Shape = TypeVar("Shape", bound=Settings)


def _secret(variable: str, fix: str, environ: Mapping[str, str]) -> str:
    if variable in environ:
        raise ValueError(
            f"{variable}: a secret in the environment can be read by others; "
            f"put it in a file and set {variable}_FILE to its path"
        )
    path = environ.get(f"{variable}_FILE", "")
    if not path:
        raise ValueError(f"{variable}_FILE: not set; {fix}")
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        cause = fault.strerror if isinstance(fault, OSError) else "not text"
        raise ValueError(
            f"{variable}_FILE: cannot read {path} ({cause}); "
            f"mount the secret there, readable by uid {os.getuid()}"
        ) from None
    if not secret:
        raise ValueError(f"{variable}_FILE: {path} is empty; {fix}")
    return secret


def load(shape: type[Shape], environ: Mapping[str, str]) -> Shape:
    """Read a shape from an environment. Raises StartupError that names every variable at fault."""
    values: dict[str, str] = {}
    faults: list[str] = []
    failed: set[str] = set()
    secrets = {name for name, field in shape.model_fields.items() if field.annotation is SecretStr}
    for name, field in shape.model_fields.items():
        variable = name.upper()
        if name in secrets:
            try:
                values[name] = _secret(variable, field.description or "", environ)
            except ValueError as fault:
                faults.append(str(fault))
                failed.add(name)
        elif variable in environ:
            values[name] = environ[variable]
    try:
        settings = shape.model_validate(values)
    except ValidationError as invalid:
        for error in invalid.errors(include_input=False, include_url=False):
            name = str(error["loc"][0])
            if name not in failed:
                variable = name.upper() + ("_FILE" if name in secrets else "")
                cause = "not set" if error["type"] == "missing" else error["msg"]
                cause = cause.removeprefix("Value error, ")
                line = f"{variable}: {cause}; {shape.model_fields[name].description}"
                if line not in faults:  # of several wrong members one line is enough
                    faults.append(line)
        raise StartupError("\n".join(faults)) from None
    if faults:
        raise StartupError("\n".join(faults))
    return settings


def from_environment(shape: type[Shape]) -> Shape:
    """The settings of this process, or an end with code 2 and every fault on standard error."""
    try:
        return load(shape, os.environ)
    except StartupError as faults:
        print(f"cannot start the {shape.__name__.lower()}:\n{faults}", file=sys.stderr)
        sys.exit(2)
