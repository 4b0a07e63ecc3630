"""Brings images to the engine: finds out what is there, plans, carries the plan out."""

from collections.abc import Callable, Sequence

from images import build, cache, catalogue, engine, plan, rootfs

# Small enough that the answer, not the download, is what is waited for.
PROBE = "hello-world:linux"
PROBE_SECONDS = 5.0


def bring(
    names: Sequence[str],
    source: plan.Source,
    watcher: build.Watcher,
    told: Callable[[str], None],
) -> tuple[str, dict[str, str]]:
    """The release, and the reference of each image asked for; of every server and app by default.

    One build at a time: a second one waits. EngineError, Failure, ValueError or FileNotFoundError
    if an image can't be had.
    """
    read = catalogue.read()
    wanted = names or [*read.servers, *read.apps]
    answered: list[bool] = []

    def answers() -> bool:
        if not answered:
            answered.append(engine.answers(PROBE, PROBE_SECONDS))
            if not answered[0]:
                told("no registry answers: the bases are built here")
        return answered[0]

    with cache.own().locked():
        whole = plan.make(read, engine.tags(), source, answers, rootfs.inputs())
        references = build.carry_out(plan.needed(whole, wanted), watcher)
    return whole.release, {name: references[plan.known(whole, name)] for name in wanted}
