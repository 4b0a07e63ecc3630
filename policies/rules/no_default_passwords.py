"""postgres, admin, changeme: what a program is delivered with is what an attacker tries first."""

import base64
import contextlib
from collections.abc import Iterator

from policies.example import container, planned, service
from policies.files import files_of
from policies.planned import SECRET, WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity
from policies.secret import secret_name, weak
from policies.values import Secret


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.type == SECRET:
        text = resource.inputs.text("data")
        with contextlib.suppress(ValueError):  # a value that isn't base64 is taken as it is
            text = base64.b64decode(text, validate=True).decode()
        if weak(text):
            yield "its value can be guessed"
        return
    for name, value in resource.workload.environment():
        if secret_name(name) and isinstance(value, str) and value and weak(value):
            yield f"the environment variable {name} holds a password that can be guessed"
    for file in files_of(resource):
        hidden = isinstance(file.path, str) and "/run/secrets/" in file.path
        if hidden and isinstance(file.text, str) and weak(file.text):
            yield f"{file.where} holds a password that can be guessed"


rule = Rule(
    id="no-default-passwords",
    title="No password that can be guessed",
    severity=Severity.critical,
    frameworks=("OWASP D12", "audit S2"),
    why=__doc__,
    mend="Generate it (pulumi-random), or set it as a Pulumi secret.",
    levels=ALWAYS,
    applies=(*WORKLOADS, SECRET),
    passes=(
        container(envs=["POSTGRES_PASSWORD_FILE=/run/secrets/p"]),
        service(),
        planned(SECRET, data="a1hjOWJuMnEw"),
    ),
    fails=(
        container(envs=["POSTGRES_PASSWORD=postgres"]),
        container(uploads=[{"file": "/run/secrets/p", "content": Secret("admin")}]),
        service(spec={"env": {"ADMIN_PASSWORD": "changeme"}}),
        planned(SECRET, data="cG9zdGdyZXM="),
    ),
    check=check,
)
