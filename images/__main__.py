"""`images/build`: the images of the project, pulled or built."""

import signal
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from images import build, built, cache, catalogue, engine, plan, rootfs
from images.screen import Screen

# Small enough that the answer, not the download, is what is waited for.
PROBE = "hello-world:linux"
PROBE_SECONDS = 5.0

application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@application.command()
def main(
    names: Annotated[
        list[str] | None, typer.Argument(help="Only these, and what they stand on; all by default.")
    ] = None,
    bases: Annotated[
        plan.Source,
        typer.Option(help="auto: the official ones if a registry answers, else stand-ins."),
    ] = "auto",
) -> None:
    """Build every image `make up` needs and write images/built.json; what is unchanged is kept."""
    signal.signal(signal.SIGTERM, _interrupted)
    console = Console(stderr=True)
    try:
        with cache.locked(lambda: console.print("another build is running; waiting for it")):
            _build(names or [], bases, console)
    except (engine.EngineError, ValueError, FileNotFoundError) as error:
        console.print(f"images/build: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        console.print("stopped; what is finished is kept")
        raise typer.Exit(130) from None


def _build(names: list[str], bases: plan.Source, console: Console) -> None:
    read = catalogue.read()
    answered: list[bool] = []

    def answers() -> bool:
        if not answered:
            answered.append(engine.answers(PROBE, PROBE_SECONDS))
            if not answered[0]:
                console.print("no registry answers: the bases are built here")
        return answered[0]

    whole = plan.make(read, engine.tags(), bases, answers, rootfs.inputs())
    wanted = [*read.servers, *read.apps]
    screen = Screen(console)
    with screen.progress:
        references = build.carry_out(plan.needed(whole, names or wanted), screen)
    if not names:
        built.write(whole.release, {name: references[name] for name in wanted})
        console.print(f"release {whole.release}", highlight=False)


def _interrupted(number: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    application()
