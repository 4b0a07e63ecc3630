"""An image that is deleted with its container has to be pulled again before a rollback: minutes
instead of seconds.
"""

from collections.abc import Iterator

from policies.example import planned
from policies.planned import REMOTE_IMAGE, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if not resource.inputs.flag("keepLocally"):
        yield "the image is deleted from the host when it is replaced"


rule = Rule(
    id="images-kept",
    title="Replaced images stay on the host",
    severity=Severity.medium,
    frameworks=("audit I6",),
    why=__doc__,
    mend="Set `keepLocally` to true.",
    levels=DEPLOYED,
    applies=(REMOTE_IMAGE,),
    passes=(planned(REMOTE_IMAGE, name="nats:2.12.1", keepLocally=True),),
    fails=(planned(REMOTE_IMAGE, name="nats:2.12.1"),),
    check=check,
)
