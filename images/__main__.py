"""The commands `images/build` and `images/registry`."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from images import build, built, cache, catalogue, engine, plan, push, registry, rootfs
from images.screen import Screen
from toolchain.failure import Failure

# Small enough that the answer, not the download, is what is waited for.
PROBE = "hello-world:linux"
PROBE_SECONDS = 5.0

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
        release, references = _build(names or [], bases)
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
        _, references = _build(["registry"], bases)
        registry.up(references["base-registry"], address)
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


def _build(names: list[str], bases: plan.Source) -> tuple[str, dict[str, str]]:
    read = catalogue.read()
    answered: list[bool] = []

    def answers() -> bool:
        if not answered:
            answered.append(engine.answers(PROBE, PROBE_SECONDS))
            if not answered[0]:
                console.print("no registry answers: the bases are built here")
        return answered[0]

    wanted = [*read.servers, *read.apps]
    with cache.own().locked():
        whole = plan.make(read, engine.tags(), bases, answers, rootfs.inputs())
        screen = Screen(console)
        with screen.progress:
            references = build.carry_out(plan.needed(whole, names or wanted), screen)
    if names:
        return whole.release, references
    return whole.release, {name: references[name] for name in wanted}


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
