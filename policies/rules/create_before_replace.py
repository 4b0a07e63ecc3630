"""The provider deletes a container before it makes the new one unless it is told otherwise: any
change is then an outage, and a failed start leaves nothing.
"""

from collections.abc import Iterator

from policies.example import container
from policies.naming import is_automatic
from policies.planned import CONTAINER, Options, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    before = resource.options.delete_before_replace
    if before is None:
        yield "deleteBeforeReplace is left to the provider, which deletes first"
    elif before and not _alone(resource):
        yield "it is deleted before its successor is made, and nothing it owns demands that"


def _alone(resource: Planned) -> bool:
    """Whether two can't run at once: it owns a port of the host, a name, or writes to a volume."""
    workload = resource.workload
    writes = any(m.type == "volume" and not m.read_only for m in workload.mounts())
    return writes or any(workload.ports()) or _named(resource)


def _named(resource: Planned) -> bool:
    """Whether the name was chosen: the engine's own ends in digits that change each time."""
    name = resource.inputs.text("name") if resource.inputs.known("name") else ""
    return bool(name) and not is_automatic(name, resource.name)


rule = Rule(
    id="create-before-replace",
    title="The new container is made before the old one goes",
    severity=Severity.high,
    frameworks=("audit I5", "audit I7"),
    why=__doc__,
    mend="Set the option `deleteBeforeReplace` to false; leave its name to the engine.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    passes=(
        container("api", "prod", Options(delete_before_replace=False)),
        container(
            "postgres",
            "prod",
            Options(delete_before_replace=True),
            volumes=[{"volumeName": "data", "containerPath": "/data"}],
        ),
    ),
    fails=(container("api"), container("api", "prod", Options(delete_before_replace=True))),
    check=check,
)
