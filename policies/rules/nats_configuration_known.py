"""A NATS server whose configuration comes from somewhere else may let everybody in: no rule has
looked at it.
"""

from collections.abc import Iterator
from pathlib import PurePosixPath

from policies import nats
from policies.example import container, service, stack
from policies.files import File, files
from policies.inputs import Undecided
from policies.planned import CONTAINER, Planned, Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

OPTIONS = ("-c", "--config", "-config")


class Nats(Config):
    """Services that are NATS."""

    nats: tuple[str, ...] = ("nats",)


def check(stack: Stack, config: Nats) -> Iterator[Found]:
    for resource in stack.workloads:
        workload = resource.workload
        if workload.service not in config.nats or workload.is_job:
            continue
        found = [file for file in files(stack) if _is_named(file, _path(resource))]
        if not found:
            yield resource, "the plan holds no configuration for it"
        elif not any(_names_users(file, list(files(stack)), ()) for file in found):
            yield resource, "in the plan nothing its configuration leads to names users"


def _path(resource: Planned) -> str:
    """The file the server is started with; empty where the command names none."""
    words = resource.workload.command
    for word, following in zip(words, [*words[1:], ""], strict=False):
        option, equals, value = word.partition("=")
        if option in OPTIONS:
            return value if equals else following
    return ""


def _is_named(file: File, path: str) -> bool:
    """Whether a path means a file: by all of it, on a swarm by the name, as no more is known."""
    if not path or not isinstance(file.path, str):
        return False
    if file.owner.type == CONTAINER:
        return PurePosixPath(file.path) == PurePosixPath(path)
    return file.name == PurePosixPath(path).name


def _names_users(file: File, known: list[File], above: tuple[File, ...]) -> bool:
    """Whether a file says who may log in, or one it includes does. Raises `Undecided`."""
    if not isinstance(file.text, str):
        raise Undecided(f"{file.owner.name}.{file.where}")
    try:
        configuration = nats.parsed(file.text)
    except ValueError:
        return False
    if nats.names_users(configuration):
        return True
    folder = PurePosixPath(str(file.path)).parent
    included = [str(folder / path) for path in configuration.get(nats.INCLUDE, ())]
    return any(
        _names_users(other, known, (*above, file))
        for path in included
        for other in known
        if other not in above and _is_named(other, path)
    )


_LABELS = [{"label": "tasktracker.service", "value": "nats"}]
_SERVER = container("nats", labels=_LABELS, command=["nats-server", "--config", "/etc/nats/n.conf"])
_USERS = "authorization { users: [ { user: a, password: $a } ] }"

rule = Rule(
    id="nats-configuration-known",
    title="The configuration of NATS is part of the plan",
    severity=Severity.high,
    frameworks=("OWASP D05", "audit S6"),
    why=__doc__,
    mend="Upload the file its command names, or what that file includes; name users in it.",
    levels=Levels(Level.disabled, Level.mandatory, Level.mandatory),
    config=Nats,
    passes=(
        stack(
            _SERVER,
            container(
                "nats-files",
                uploads=[
                    {"file": "/etc/nats/n.conf", "content": "include './1/users.conf'"},
                    {"file": "/etc/nats/1/users.conf", "content": _USERS},
                ],
            ),
        ),
        stack(),
    ),
    fails=(
        stack(_SERVER),
        stack(
            _SERVER,
            container(
                "nats-pointer",
                uploads=[{"file": "/etc/nats/n.conf", "content": "include './1/users.conf'"}],
            ),
        ),
        stack(service("nats", spec={"labels": _LABELS, "args": ["nats-server"]})),
    ),
    check=check,
)
