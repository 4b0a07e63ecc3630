"""The one base class of everything that describes a part of the stack."""

from pydantic import BaseModel, ConfigDict


class Args(BaseModel):
    """Immutable, refuses unknown keys, and never prints a value in an error: it may be a secret."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, arbitrary_types_allowed=True
    )
