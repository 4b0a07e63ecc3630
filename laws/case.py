"""What a law may look at."""

from collections.abc import Mapping
from dataclasses import dataclass

from stack_file import Images, StackSettings


@dataclass(frozen=True)
class Case:
    """A stack as its file has it; `secrets` are in clear and must not reach a message."""

    environment: str
    values: StackSettings
    images: Images
    release: str
    secrets: Mapping[str, str]

    @property
    def strict(self) -> bool:
        """Whether it is more than a developer's own."""
        return self.environment != "dev"
