"""What a law may look at: each sees the more, the more of a stack could be read."""

from collections.abc import Mapping
from dataclasses import dataclass

from stack_file import Images, StackSettings


@dataclass(frozen=True)
class Given:
    """The secrets a stack is given, in clear: they must not reach a message."""

    environment: str
    secrets: Mapping[str, str]

    @property
    def strict(self) -> bool:
        """Whether it is more than a developer's own."""
        return self.environment != "dev"


@dataclass(frozen=True)
class Case(Given):
    """A stack as its file has it."""

    values: StackSettings


@dataclass(frozen=True)
class Release(Case):
    """A stack, and what it is to run."""

    images: Images
    release: str
