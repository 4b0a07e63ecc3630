"""What Pulumi knows of a stack: its resources, and what an interrupted command left half done."""

import json
import subprocess
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from toolchain.failure import Failure

PROVIDER = "pulumi:providers:docker"
CREATING = "creating"


class Part(BaseModel):
    """A part of Pulumi's own format; what is not named here is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Resource(Part):
    """One resource. `init_errors` are of a creation that the engine began and did not end."""

    urn: str
    type: str
    id: str = ""
    inputs: dict[str, Any] = Field(default_factory=dict)
    init_errors: tuple[str, ...] = Field(default=(), alias="initErrors")

    @property
    def name(self) -> str:
        return self.urn.rpartition("::")[2]


class Operation(Part):
    """What Pulumi had begun when it ended."""

    type: str
    resource: Resource

    def __str__(self) -> str:
        return f"{self.type} {self.resource.name}"


class State(Part):
    """All of it; resources that wait for their deletion are among the resources."""

    resources: tuple[Resource, ...] = ()
    pending: tuple[Operation, ...] = Field(default=(), alias="pending_operations")

    @property
    def ids(self) -> frozenset[str]:
        """The engine's own ids of everything that is known."""
        return frozenset(resource.id for resource in self.resources)

    @property
    def failed(self) -> tuple[Resource, ...]:
        """Containers whose creation failed half way: a refresh would call them whole."""
        return tuple(r for r in self.resources if r.init_errors and "container" in r.type)

    @property
    def root(self) -> str | None:
        """The URN of the stack itself."""
        return next((r.urn for r in self.resources if r.type == "pulumi:pulumi:Stack"), None)

    @property
    def host(self) -> str | None:
        """The Docker host of the stack as `DOCKER_HOST`; None is the engine of the environment."""
        for resource in self.resources:
            if resource.type == PROVIDER and resource.inputs.get("host"):
                return str(resource.inputs["host"])
        return None


def read(stack: str) -> State:
    """The state of a stack, secrets still encrypted. Raises Failure."""
    exported = json.loads(pulumi("stack", "export", "--stack", stack))
    return State.model_validate(exported.get("deployment") or {})


def pulumi(*arguments: str) -> str:
    """What a command of Pulumi prints. Raises Failure with what it said instead."""
    done = subprocess.run(
        ["pulumi", *arguments, "--non-interactive"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise Failure(
            f"pulumi {' '.join(arguments[:2])}",
            (done.stderr.strip() or done.stdout.strip()).removeprefix("error: "),
            "mend what it says, then run this again",
        )
    return done.stdout
