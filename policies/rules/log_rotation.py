"""Docker keeps every line a container ever wrote until the disk is full."""

from collections.abc import Iterator
from typing import Any

from policies.example import container, service
from policies.inputs import Inputs
from policies.planned import WORKLOADS, Planned
from policies.rule import MENDED_IN_DEV, Config, Rule, Severity
from policies.size import megabytes

ELSEWHERE = {"journald", "syslog", "fluentd", "gelf", "awslogs", "gcplogs", "splunk", "loki"}
SIZE = {"max-size": "10m", "max-file": "3"}
# What the driver local keeps where it is told nothing.
LOCAL = {"max-size": "20m", "max-file": "5"}


class Kept(Config):
    """The most a container keeps of its log, all files together."""

    most_megabytes: float = 30


def check(resource: Planned, config: Kept) -> Iterator[str]:
    driver, options = _settings(resource)
    if driver == "none":
        yield "its log driver is none, so it leaves no trace"
    if driver.partition(":")[0].rpartition("/")[2] in ("none", *ELSEWHERE):
        return
    given = {name: options.text(name) for name in SIZE if options.has(name)}
    given = {**LOCAL, **given} if driver == "local" else given
    yield from (f"its log has no {name}" for name in SIZE if name not in given)
    if given.keys() == SIZE.keys():
        size, files = megabytes(given["max-size"]), given["max-file"]
        if size is None:
            yield f"its log's max-size, {given['max-size']}, is no end"
        elif not files.isdecimal() or size * max(float(files), 1) > config.most_megabytes:
            kept = f"{files} files of {given['max-size']}"
            yield f"its log is {kept}, more than {config.most_megabytes:.0f} MB"


def _settings(resource: Planned) -> tuple[str, Inputs]:
    if resource.workload.swarm:
        driver = resource.workload.task.inside("logDriver")
        return driver.text("name"), driver.inside("options")
    return resource.inputs.text("logDriver"), resource.inputs.inside("logOpts")


def remedy(resource: Planned) -> dict[str, Any] | None:
    if not [*check(resource, Kept())]:
        return None
    driver, options = _settings(resource)
    others = options.data.items() if driver == "json-file" else ()
    kept = {name: value for name, value in others if name not in SIZE}
    return {"logDriver": "json-file", "logOpts": {**kept, **SIZE}}


rule = Rule(
    id="log-rotation",
    title="Logs are rotated",
    severity=Severity.medium,
    frameworks=("audit R4",),
    why=__doc__,
    mend="Set `logOpts` max-size and max-file (a service: `taskSpec.logDriver.options`).",
    levels=MENDED_IN_DEV,
    applies=WORKLOADS,
    config=Kept,
    remedy=remedy,
    passes=(
        container(logDriver="json-file", logOpts={"max-size": "10m", "max-file": "3"}),
        container(logDriver="local", logOpts={"max-size": "10m", "max-file": "3"}),
        container(logDriver="journald"),
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
        container(logDriver="local"),
        container(logDriver="json-file", logOpts={"max-size": "-1", "max-file": "3"}),
        container(logDriver="json-file", logOpts={"max-size": "10g", "max-file": "3"}),
        container(logDriver="json-file", logOpts={"max-size": "10m", "max-file": "1000000"}),
        service(),
    ),
    check=check,
)
