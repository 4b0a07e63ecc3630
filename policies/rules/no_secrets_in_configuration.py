"""What a swarm config holds, every manager prints; what an upload holds is kept as it is in the
state, unless it is marked as secret.
"""

from collections.abc import Iterator

from policies.example import container, planned
from policies.files import files_of
from policies.planned import CONTAINER, SERVICE_CONFIG, Planned
from policies.rule import ALWAYS, Config, Rule, Severity
from policies.secret import secret_lines, secret_text
from policies.values import Secret


def check(resource: Planned, _: Config) -> Iterator[str]:
    for file in files_of(resource):
        if not isinstance(file.text, str):
            continue
        marked = isinstance(file.text, Secret) and resource.type != SERVICE_CONFIG
        if secret_text(file.text) and not marked:
            yield f"{file.where} holds a key, a token or a password that is not marked as secret"
        elif not marked and file.is_configuration and (names := secret_lines(file.text)):
            yield f"{file.where} gives a secret to {names[0]} and is not marked as secret"
        elif isinstance(file.path, str) and "/run/secrets/" in file.path and not marked:
            yield f"{file.where} is a secret's file, and its content is not marked as secret"


rule = Rule(
    id="no-secrets-in-configuration",
    title="Secrets in files are marked as secret, and none is in a config",
    severity=Severity.critical,
    frameworks=("OWASP D12", "KICS a88baa34", "CIS 7.4", "audit S1", "audit S5"),
    why=__doc__,
    mend="Wrap the content in Output.secret; on a swarm use a Secret.",
    levels=ALWAYS,
    applies=(CONTAINER, SERVICE_CONFIG),
    passes=(
        container(
            uploads=[
                {"file": "/etc/app.conf", "content": "port = 1\npassword = ${PASSWORD}"},
                {"file": "/init.sql", "content": "ALTER ROLE a PASSWORD :'a';"},
                {"file": "/run/secrets/k", "content": Secret("x")},
            ]
        ),
        planned(SERVICE_CONFIG, data="cG9ydCA9IDE="),
    ),
    fails=(
        container(uploads=[{"file": "/tls.key", "content": "-----BEGIN PRIVATE KEY-----"}]),
        container(uploads=[{"file": "/run/secrets/k", "content": "hunter2"}]),
        container(uploads=[{"file": "/app/.env", "content": "MODE=x\nDB_PASSWORD=hunter2\n"}]),
        planned(SERVICE_CONFIG, dataRaw="user=app\npassword=hunter2"),
        planned(SERVICE_CONFIG, data="cG9zdGdyZXM6Ly9hOmh1bnRlcjJAYi8="),
    ),
    check=check,
)
