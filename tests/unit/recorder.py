"""An engine's stand-in that records what a program asks for, and answers as the real ones do."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any, cast

import pulumi
from pulumi.runtime import rpc, settings

CONTAINER = "docker:index/container:Container"
VOLUME = "docker:index/volume:Volume"
NETWORK = "docker:index/network:Network"
IMAGE = "docker:index/remoteImage:RemoteImage"
COMMAND = "command:local:Command"
PASSWORD = "random:index/randomPassword:RandomPassword"

# What Docker takes a name for.
NAMED = (CONTAINER, VOLUME, NETWORK)


class Recorder(pulumi.runtime.Mocks):
    """Every resource of a program, by type and name, with its inputs."""

    def __init__(self) -> None:
        self.made: list[pulumi.runtime.MockResourceArgs] = []
        self.state: dict[str, Any] = {}  # outputs by URN, as the last command left them

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[str, Any]]:
        self.made.append(args)
        outputs = dict(args.inputs)
        if args.typ in NAMED:
            outputs.setdefault("name", f"task-tracker-test-{args.name}-0a1b2c")
        elif args.typ == PASSWORD:
            outputs["result"] = f"password-of-{args.name}"
        elif args.typ == "random:index/randomBytes:RandomBytes":
            outputs["base64"] = base64.b64encode(b"\xfb\xef\xbe" + bytes(29)).decode()
        elif args.typ == "random:index/randomId:RandomId":
            outputs["hex"] = "c0ffee00"
        return f"{args.name}-id", outputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> Any:
        if args.token == "pulumi:pulumi:readStackResourceOutputs":
            return {"name": args.args["stackName"], "outputs": self.state}
        raise AssertionError(f"the program calls {args.token}, which needs a host")

    def run(
        self,
        program: Callable[[], object],
        stack: str = "dev",
        config: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> None:
        """Run a program to its end; every registration has landed when this returns."""
        start(self, stack, config, secrets)
        complete(program)

    def names(self, type: str) -> list[str]:
        return sorted(each.name for each in self.made if each.typ == type)

    def inputs(self, type: str, name: str) -> dict[str, Any]:
        """What one resource was made with, secrets in clear."""
        found: dict[str, Any] = opened(self.raw(type, name))
        return found

    def raw(self, type: str, name: str) -> dict[str, Any]:
        """What one resource was made with, secrets in their envelopes."""
        (found,) = (each for each in self.made if each.typ == type and each.name == name)
        return dict(found.inputs)


def complete(program: Callable[[], object]) -> None:
    """Run something to the end of all that it set going."""
    run: Any = pulumi.runtime.test
    run(lambda: program() and None)()


def opened(value: Any) -> Any:
    """A value without the envelopes of secrets."""
    if isinstance(value, Mapping):
        if is_envelope(value):
            return opened(value["value"])
        return {key: opened(item) for key, item in value.items()}
    return [opened(item) for item in value] if isinstance(value, list) else value


def is_envelope(value: Any) -> bool:
    """Whether a value is one that Pulumi holds for a secret."""
    return isinstance(value, Mapping) and value.get(rpc._special_sig_key) == rpc._special_secret_sig


class _Hooks:
    """Takes the hooks of resources; the SDK's mocks have no place for them."""

    def register_resource_hook(self, hook: pulumi.ResourceHook) -> None:
        pass


def have_a_loop() -> None:
    """The SDK asks for the thread's event loop; an `asyncio.run` of another test leaves none."""
    try:
        asyncio.get_event_loop_policy().get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


def start(
    mocks: pulumi.runtime.Mocks,
    stack: str = "dev",
    config: Mapping[str, str] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Begin a program of the project on a stack with this configuration."""
    have_a_loop()
    pulumi.runtime.set_mocks(mocks, project="task-tracker", stack=stack, preview=False)
    settings.SETTINGS.callbacks = _Hooks()
    given = {f"task-tracker:{key}": text for key, text in (secrets or {}).items()}
    plain = {f"task-tracker:{key}": text for key, text in (config or {}).items()}
    pulumi.runtime.set_all_config({**plain, **given}, list(given))


def value(output: pulumi.Output[Any]) -> Any:
    """What an output turns out to be."""
    found: list[Any] = []
    complete(lambda: output.apply(found.append))
    return found[0]


def is_secret(output: pulumi.Output[Any]) -> bool:
    """Whether Pulumi keeps an output to itself."""
    found: list[bool] = []

    async def ask() -> None:
        found.append(await output.is_secret())

    complete(lambda: pulumi.Output.from_input(cast(Any, ask())))
    return found[0]
