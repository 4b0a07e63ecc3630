"""A command line is in the process table, a label and a health check in every inspection, a build
argument in the image's history.
"""

import re
from collections.abc import Iterator, Mapping

from policies.example import container, planned, service
from policies.planned import IMAGE, NETWORK, REMOTE_IMAGE, VOLUME, WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity
from policies.secret import secret_name, secret_options, secret_text, secret_value
from policies.values import UNKNOWN, Secret


def check(resource: Planned, _: Config) -> Iterator[str]:
    for place, text in _texts(resource):
        if isinstance(text, Secret):
            yield f"{place} holds a value that is marked as secret"
        elif secret_text(text):
            yield f"{place} holds a key, a token or a password"
    if resource.type in WORKLOADS:
        for option in secret_options(resource.workload.command):
            yield f"its command gives a secret to {option}"
        for option in secret_options(_tests(resource)):
            yield f"its health check gives a secret to {option}"
    for name, value in _labels(resource).items():
        if isinstance(value, str) and (_users(name, value) or _named(name, value)):
            yield f"the label {name} holds a secret"
    for name, value in _arguments(resource).items():
        if value is not UNKNOWN and _named(name, str(value)):
            yield f"the build argument {name} holds a secret"


def _named(name: str, value: str) -> bool:
    return secret_name(name) and secret_value(value, name)


def _users(name: str, value: str) -> bool:
    """Whether a label lists users with their passwords, as Traefik's does."""
    return bool(re.search(r"(?:basic|digest)auth\.users$", name, re.IGNORECASE)) and ":" in value


def _tests(resource: Planned) -> list[str]:
    health = resource.workload.spec.inside("healthcheck")
    return [*health.texts("tests")] if health.known("tests") else []


def _texts(resource: Planned) -> Iterator[tuple[str, str]]:
    if resource.type in WORKLOADS:
        workload = resource.workload
        yield from (("its command", word) for word in workload.command)
        yield from (("its health check", word) for word in _tests(resource))
    for name, value in _labels(resource).items():
        if isinstance(value, str):
            yield f"the label {name}", value
    for name, value in _arguments(resource).items():
        if isinstance(value, str):
            yield f"the build argument {name}", value


def _labels(resource: Planned) -> Mapping[str, object]:
    """Labels: a list of names and values, those of a build a map."""
    if resource.type in WORKLOADS:
        return resource.workload.labels()
    if resource.type in (NETWORK, VOLUME):
        return {
            label.text("label"): label.text("value") if label.known("value") else UNKNOWN
            for label in resource.inputs.each("labels")
        }
    if resource.type == REMOTE_IMAGE:
        return resource.inputs.inside("build", "labels").data
    return {}


def _arguments(resource: Planned) -> Mapping[str, object]:
    if resource.type == REMOTE_IMAGE:
        return resource.inputs.inside("build", "buildArgs").data
    if resource.type == IMAGE:
        return resource.inputs.inside("build", "args").data
    return {}


rule = Rule(
    id="no-secrets-in-args",
    title="No secret in a command, a label, a health check or a build",
    severity=Severity.critical,
    frameworks=("OWASP D12", "KICS a88baa34", "Trivy DS-0031", "audit S1"),
    why=__doc__,
    mend="Read it from a file below /run/secrets; a build takes it as a build secret.",
    levels=ALWAYS,
    applies=(*WORKLOADS, REMOTE_IMAGE, IMAGE, NETWORK, VOLUME),
    passes=(
        container(command=["redis-server", "/etc/redis.conf"]),
        service(spec={"args": ["--password-file", "/run/secrets/p"]}),
        planned(REMOTE_IMAGE, name="a:v1.0.0", build={"buildArgs": {"VERSION": "1"}}),
        planned(IMAGE, build={"args": {"KEY_FILE": "/x"}}),
    ),
    fails=(
        container(command=["redis-server", "--requirepass", "hunter2"]),
        container(command=["sh", "-c", "exec redis-server --requirepass hunter2hunter2"]),
        container(command=["env", "API_TOKEN=abc", "app"]),
        container(labels=[{"label": "api.token", "value": "hunter2"}]),
        container(
            labels=[{"label": "traefik.http.middlewares.a.basicauth.users", "value": "u:$apr1$x$y"}]
        ),
        container(healthcheck={"tests": ["CMD-SHELL", "PGPASSWORD=hunter2 psql -c 'select 1'"]}),
        planned(NETWORK, labels=[{"label": "db.password", "value": "hunter2"}]),
        planned(VOLUME, labels=[{"label": "api.token", "value": "hunter2"}]),
        planned(REMOTE_IMAGE, name="a:v1.0.0", build={"labels": {"password": "hunter2"}}),
        container(healthcheck={"tests": ["CMD", "curl", "-f", "http://u:hunter2@x/"]}),
        service(spec={"args": ["--password=hunter2"]}),
        planned(REMOTE_IMAGE, name="a:v1.0.0", build={"buildArgs": {"NPM_TOKEN": "x1"}}),
        planned(IMAGE, build={"args": {"API_KEY": "x1"}}),
    ),
    check=check,
)
