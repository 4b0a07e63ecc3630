"""What is wrong with a stack file, said so that it can be mended: the key, its fault, the fix."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

SCHEMA = "schema/stack-file.json"


@dataclass(frozen=True)
class Mistake:
    """One mistake. No part of it holds a value: that may be a secret."""

    key: str
    fault: str
    fix: str

    def __str__(self) -> str:
        return f"{self.key}: {self.fault}; {self.fix}"


class StackFileError(Exception):
    """All mistakes of a stack's configuration."""

    def __init__(self, stack: str, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = list(mistakes)
        lines = "\n".join(f"  - {mistake}" for mistake in mistakes)
        count = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        super().__init__(
            f"the configuration of stack {stack!r} (Pulumi.{stack}.yaml) has {count}:\n{lines}\n"
            "Nothing was touched."
        )


def explain(error: ValidationError, model: type[BaseModel]) -> list[Mistake]:
    """Mistakes of shape, from what pydantic found; the input itself is never shown."""
    return [_explain(detail, model) for detail in error.errors(include_input=False)]


def _explain(detail: ErrorDetails, model: type[BaseModel]) -> Mistake:
    path = [str(part) for part in detail["loc"]]
    key = ".".join(path) or "stack"
    if detail["type"] == "extra_forbidden":
        return unknown(key, path[-1], _fields(model, path[:-1]))
    if detail["type"] == "missing":
        return Mistake(key, "is missing", f"add it; {SCHEMA} says what it is")
    if key == "stack":
        return Mistake(key, "is not an object", f"write it as YAML keys; {SCHEMA} says which")
    message = detail["msg"].removeprefix("Value error, ")
    fault, _, fix = message.partition(": ")
    return Mistake(key, fault[:1].lower() + fault[1:], fix or f"see {SCHEMA}")


def unknown(key: str, name: str, known: Iterable[str]) -> Mistake:
    """A key that nothing reads: most often a spelling."""
    return Mistake(key, "is not a key", nearest(name, known))


def nearest(name: str, known: Iterable[str]) -> str:
    """What a name that is not known may have meant, or else all that are."""
    known = sorted(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known here: {', '.join(known)}"


def _fields(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    """Names of the fields of the model that a path of keys leads to."""
    for part in path:
        annotation = model.model_fields[part].annotation if part in model.model_fields else None
        inner = [annotation, *get_args(annotation)]
        found = [t for t in inner if isinstance(t, type) and issubclass(t, BaseModel)]
        if not found:
            return []
        model = found[0]
    return list(model.model_fields)
