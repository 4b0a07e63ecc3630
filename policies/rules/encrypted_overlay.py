"""An overlay network carries its traffic between hosts in clear."""

from collections.abc import Iterator

from policies.example import planned
from policies.planned import NETWORK, Planned
from policies.rule import PROD, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.inputs.text("driver") != "overlay":
        return
    options = resource.inputs.inside("options")
    if not options.has("encrypted") or options.text("encrypted").lower() == "false":
        yield "an overlay network without encryption"


rule = Rule(
    id="encrypted-overlay",
    title="Overlay networks are encrypted",
    severity=Severity.medium,
    frameworks=("CIS 7.3", "audit N1"),
    why=__doc__,
    mend='Set `options.encrypted` to "true"; a host without IPsec needs an exception.',
    levels=PROD,
    applies=(NETWORK,),
    passes=(
        planned(NETWORK, driver="overlay", options={"encrypted": ""}),
        planned(NETWORK, driver="bridge"),
    ),
    fails=(
        planned(NETWORK, driver="overlay"),
        planned(NETWORK, driver="overlay", options={"encrypted": "false"}),
    ),
    check=check,
)
