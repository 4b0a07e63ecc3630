"""The commands `images/build` and `images/registry`."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from images import bring, built, engine, plan, push, registry
from images.screen import Screen
from toolchain.failure import Failure

application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
registry_commands = typer.Typer(help="A registry of images on this machine, for deploys by digest.")
application.add_typer(registry_commands, name="registry")
console = Console(stderr=True, highlight=False, soft_wrap=True)

Bases = Annotated[
    plan.Source,
    typer.Option(help="auto: the official ones if a registry answers, else stand-ins."),
]
Address = Annotated[str, typer.Option(help="HOST:PORT it is published at.")]


@application.command("build")
def build_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these, and what they stand on; all by default.")
    ] = None,
    bases: Bases = "auto",
    push_to: Annotated[
        str | None, typer.Option("--push", help="HOST:PORT/NAMESPACE to push all of them to.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="With --push: a JSON file for what is printed then.")
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="With --push: vX.Y.Z or sha-<commit>, the tag there.")
    ] = None,
) -> None:
    """Build every image `make up` needs and write images/built.json; what is unchanged is kept.

    With --push, print `release` and `images` as a stack file has them, by digest.
    """
    with _errors_told("images/build"):
        if push_to is None and (output or release):
            raise ValueError("--output and --release say how to push: give --push as well")
        if push_to and names:
            raise ValueError("--push pushes every image: give no names")
        destination = push.destination(push_to) if push_to else None
        called = push.release(release) if release else None
        made, references = _brought(names or [], bases)
        if names:
            return
        built.write(made, references)
        console.print(f"release {made}")
        if destination:
            _push(made, references, destination, called or made, output)


@registry_commands.command("up")
def registry_up(address: Address = "127.0.0.1:5000", bases: Bases = "auto") -> None:
    """Start it; what it held before is there again."""
    with _errors_told("images/registry"):
        _, references = _brought(["registry"], bases)
        registry.up(references["registry"], address)
        console.print(f"{address} answers; push with: images/build --push {address}/task-tracker")


@registry_commands.command("down")
def registry_down(
    purge: Annotated[bool, typer.Option("--purge", help="Its storage goes too.")] = False,
) -> None:
    """Stop it; its storage stays."""
    with _errors_told("images/registry"):
        registry.down(purge)


@registry_commands.command("status")
def registry_status(address: Address = "127.0.0.1:5000") -> None:
    """Say what it holds; exit 1 if it does not answer."""
    with _errors_told("images/registry"):
        held = registry.catalogue(address)
        if held is None:
            raise engine.EngineError(f"nobody answers at {address}: images/registry up")
        print(json.dumps({"address": address, "repositories": held}))


def _push(
    made: str, references: dict[str, str], destination: str, called: str, output: Path | None
) -> None:
    targets = {
        name: (reference, push.there(reference, destination, {made: called}))
        for name, reference in references.items()
    }
    screen = Screen(console)
    with screen.progress, screen.busy("push", f"pushing to {destination}"):
        pushed = push.push(targets)
    if output:
        built.write(called, pushed, output)
    print(f"release: {called}", "images:", *(f"  {key}: {pushed[key]}" for key in pushed), sep="\n")


def _brought(names: list[str], bases: plan.Source) -> tuple[str, dict[str, str]]:
    screen = Screen(console)
    with screen.progress:
        return bring.bring(names, bases, screen, console.print)


@contextmanager
def _errors_told(command: str) -> Iterator[None]:
    def interrupted(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupted)
    try:
        yield
    except (engine.EngineError, Failure, ValueError, FileNotFoundError) as error:
        console.print(f"{command}: {error}", style="red", markup=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("stopped; what is finished is kept")
        raise typer.Exit(130) from None


if __name__ == "__main__":
    application()
