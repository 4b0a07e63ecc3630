"""A container that a command starts is one no rule, no preview and no rollback knows of. What is
gone again when the command ends, and reaches nobody meanwhile, is only a tool of the command.
"""

import re
import shlex
from collections.abc import Iterator

from policies.example import planned
from policies.planned import COMMAND, REMOTE_COMMAND, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity
from policies.rules.no_dangerous_capabilities import DANGEROUS

_OPTIONS = r"(?:\s+-{1,2}[\w-]+(?:(?:=|\s+)(?!-)[^\s;|&]+?)??)*"
STARTS = re.compile(
    rf"\bdocker{_OPTIONS}\s+(?:(?:container|service)\s+)?(?:run|create)\b(?P<run>.*)"
    rf"|\bdocker{_OPTIONS}\s+(?:compose\b|stack\s+(?:deploy|up)\b)"
    r"|\b(?:docker-compose|nerdctl|podman|podman-compose|ctr|crictl|buildah)\s"
    r"|/containers/create\b",
    re.DOTALL,
)
# The options a one-off may have, and whether a word follows them.
ONE_OFF = {
    **{"--rm": False, "--read-only": False, "--network": True, "--user": True, "--cap-drop": True},
    **{"--cap-add": True, "--security-opt": True, "--log-driver": True, "--entrypoint": True},
    **{"--workdir": True, "--volume": True},
}
NEEDED = {
    *(("--rm", ""), ("--network", "none"), ("--read-only", ""), ("--cap-drop", "ALL")),
    ("--security-opt", "no-new-privileges"),
}


def check(resource: Planned, _: Config) -> Iterator[str]:
    for name, text in _texts(resource):
        if any(_is_undeclared(found) for found in _starts(text)):
            yield f"{name} starts a container"


def _texts(resource: Planned) -> Iterator[tuple[str, str]]:
    """All that may be run: what the interpreter is given, and what that may read or expand.

    What runs on a container is known with its id: at preview that isn't there yet, and the guard
    looks again as the command registers in the update.
    """
    inputs = resource.inputs
    interpreter = " ".join(inputs.texts("interpreter")) if inputs.known("interpreter") else ""
    yield "interpreter", interpreter
    for name in ("create", "update", "delete", "stdin"):
        if inputs.known(name):
            yield name, ("" if name == "stdin" else f"{interpreter} ") + inputs.text(name)
    if inputs.known("environment"):
        environment = inputs.inside("environment")
        for name in environment.data:
            if environment.known(name):
                yield f"environment.{name}", environment.text(name)


def _starts(text: str) -> Iterator[re.Match[str]]:
    """Each place where a container is started, also behind the first."""
    place = 0
    while found := STARTS.search(text.replace("\\\n", " "), place):
        yield found
        place = found.start() + 1


def _is_undeclared(start: re.Match[str]) -> bool:
    """Whether what is started outlasts its command, or reaches more than a volume."""
    try:
        words = shlex.split(start["run"] or "")
    except ValueError:
        return True
    given = set[tuple[str, str]]()
    while words and words[0].startswith("-"):
        option, equals, value = words.pop(0).partition("=")
        if option not in ONE_OFF or (ONE_OFF[option] and not equals and not words):
            return True
        given.add((option, value if equals or not ONE_OFF[option] else words.pop(0)))
    added = {value.upper().removeprefix("CAP_") for option, value in given if option == "--cap-add"}
    bound = any(
        option == "--volume" and value.startswith(("/", ".", "~")) for option, value in given
    )
    return not given >= NEEDED or bound or bool(added & DANGEROUS)


TOOL = (
    "docker run --rm --network none --read-only --cap-drop ALL \\\n"
    "  --security-opt no-new-privileges --entrypoint rm"
)

rule = Rule(
    id="declared-containers",
    title="Commands start no containers of their own",
    severity=Severity.high,
    frameworks=("audit I5", "audit C4"),
    why=__doc__,
    mend="Declare it as a Container (a job: not started), and start that.",
    levels=DEPLOYED,
    applies=(COMMAND, REMOTE_COMMAND),
    passes=(
        planned(COMMAND, create="docker start --attach 0a1b"),
        planned(COMMAND, create="docker exec api nginx -s reload"),
        planned(COMMAND, create=f'docker exec a ls\n{TOOL} --volume "$(echo a):/live" a -rf old'),
        planned(REMOTE_COMMAND, create="docker logs api"),
    ),
    fails=(
        planned(COMMAND, create="docker run --privileged alpine"),
        planned(COMMAND, create="docker -H tcp://x run alpine"),
        planned(COMMAND, create="docker --context prod run alpine"),
        planned(COMMAND, create="docker stack deploy -c compose.yaml x"),
        planned(COMMAND, create="nerdctl run alpine"),
        planned(COMMAND, create="docker run --rm --network none alpine"),
        planned(COMMAND, create=f"{TOOL} -d alpine"),
        planned(COMMAND, create=f"{TOOL} --volume /:/host alpine"),
        planned(COMMAND, create=f"{TOOL} --cap-add SYS_ADMIN alpine"),
        planned(COMMAND, create=f"{TOOL} alpine; docker run alpine"),
        planned(COMMAND, interpreter=["docker", "run"], create="alpine"),
        planned(COMMAND, create="sh", stdin="docker run alpine"),
        planned(COMMAND, create='sh -c "$RUN"', environment={"RUN": "docker run alpine"}),
        planned(COMMAND, create="true", delete="docker-compose up -d"),
        planned(REMOTE_COMMAND, create="docker run alpine"),
    ),
    check=check,
)
