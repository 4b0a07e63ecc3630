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
        Path | None, typer.Option(help="With --push: the JSON file for the references by digest.")
    ] = None,
) -> None:
    """Build every image `make up` needs and write images/built.json; what is unchanged is kept."""
    with _errors_told("images/build"):
        if (push_to is None) != (output is None) or (push_to and names):
            raise ValueError("--push and --output go together, and push every image: give no names")
        destination = push.destination(push_to) if push_to else None
        release, references = _brought(names or [], bases)
        if names:
            return
        built.write(release, references)
        console.print(f"release {release}")
        if destination and output:
            with console.status(f"pushing to {destination}"):
                pushed = push.push(references, destination)
            built.write(release, pushed, output)
            console.print(f"pushed {len(pushed)} images to {destination}: see {output}")


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
