"""The provider calls a changed health check an update in place and changes nothing: the old probe
goes on, and every later preview is clean.
"""

from collections.abc import Iterator

from policies.example import container
from policies.exempt import unseen
from policies.planned import CONTAINER, Options, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

LABEL = "tasktracker.healthcheck"


def check(resource: Planned, _: Config) -> Iterator[str]:
    seen = resource.options.replace_on_changes or ()
    if not resource.inputs.has("healthcheck"):
        return
    if "healthcheck" not in seen and LABEL not in resource.workload.labels():
        yield "a change of its health check would not reach it"


rule = Rule(
    id="healthcheck-changes-replace",
    title="A changed health check is a new container",
    severity=Severity.medium,
    frameworks=("audit H1", "audit H2"),
    why=__doc__,
    mend="Add healthcheck to the option `replaceOnChanges`.",
    levels=DEPLOYED,
    applies=(CONTAINER,),
    exempt=unseen,
    passes=(
        container(
            "api",
            "prod",
            Options(replace_on_changes=("healthcheck",)),
            healthcheck={"tests": ["CMD", "x"]},
        ),
    ),
    fails=(
        container(
            "api", "prod", Options(replace_on_changes=()), healthcheck={"tests": ["CMD", "x"]}
        ),
    ),
    check=check,
)
