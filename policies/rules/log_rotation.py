"""Docker keeps every line a container ever wrote until the disk is full."""

from collections.abc import Iterator
from typing import Any

from policies.example import container, service
from policies.inputs import Inputs
from policies.planned import WORKLOADS, Planned
from policies.rule import MENDED_IN_DEV, Config, Rule, Severity

ROTATES = {"local", "journald", "syslog", "fluentd", "gelf", "awslogs", "gcplogs", "splunk", "loki"}
SIZE = {"max-size": "10m", "max-file": "3"}


def check(resource: Planned, _: Config) -> Iterator[str]:
    driver, options = _settings(resource)
    if driver == "none":
        yield "its log driver is none, so it leaves no trace"
    elif driver.partition(":")[0].rpartition("/")[2] not in ROTATES:
        for name in SIZE:
            if not options.has(name):
                yield f"its log has no {name}"


def _settings(resource: Planned) -> tuple[str, Inputs]:
    if resource.workload.swarm:
        driver = resource.workload.task.inside("logDriver")
        return driver.text("name"), driver.inside("options")
    return resource.inputs.text("logDriver"), resource.inputs.inside("logOpts")


def remedy(resource: Planned) -> dict[str, Any] | None:
    if not [*check(resource, Config())]:
        return None
    options = _settings(resource)[1].data if _settings(resource)[0] == "json-file" else {}
    return {"logDriver": "json-file", "logOpts": {**SIZE, **options}}


rule = Rule(
    id="log-rotation",
    title="Logs are rotated",
    severity=Severity.medium,
    frameworks=("audit R4",),
    why=__doc__,
    mend="Set `logOpts` max-size and max-file (a service: `taskSpec.logDriver.options`).",
    levels=MENDED_IN_DEV,
    applies=WORKLOADS,
    remedy=remedy,
    passes=(
        container(logDriver="json-file", logOpts={"max-size": "10m", "max-file": "3"}),
        container(logDriver="local"),
        service(
            task={
                "logDriver": {"name": "json-file", "options": {"max-size": "10m", "max-file": "3"}}
            }
        ),
    ),
    fails=(
        container(),
        container(logDriver="json-file", logOpts={"max-size": "10m"}),
        container(logDriver="none"),
        service(),
    ),
    check=check,
)
