"""An environment is readable by every process of the container, by whoever may inspect it, and
ends up in every crash report.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.inputs import Undecided
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.secret import secret_name, secret_options, secret_text, secret_value
from policies.values import UNKNOWN, Secret


class Names(Config):
    """Names that look like secrets and are none."""

    allowed: tuple[str, ...] = ()


def check(resource: Planned, config: Names) -> Iterator[Found]:
    path = "taskSpec.containerSpec.env" if resource.workload.swarm else "envs"
    marked = False
    for name, value in resource.workload.environment():
        if name in config.allowed:
            continue
        if value is UNKNOWN:
            if secret_name(name):
                yield f"the environment variable {name} holds a secret"
            else:
                yield Undecided(f"{path}.{name}")
        elif secret_name(name) and secret_value(str(value), name):
            yield f"the environment variable {name} holds a secret"
        elif options := secret_options([str(value)]):
            yield f"the environment variable {name} gives a secret to {options[0]}"
        elif secret_text(str(value)):
            yield f"the environment variable {name} holds a key, a token or a password"
        else:
            marked = marked or isinstance(value, Secret)
    if marked:
        yield "the environment holds a value that is marked as secret"


rule = Rule(
    id="no-secrets-in-env",
    title="No secret in an environment",
    severity=Severity.critical,
    frameworks=(
        "CIS 4.10",
        "CIS 7.4",
        "OWASP D12",
        "KICS a88baa34",
        "Trivy DS-0031",
        "CKV_K8S_35",
        "audit S1",
    ),
    why=__doc__,
    mend="Mount it as a file below /run/secrets, and name the file by <NAME>_FILE.",
    levels=ALWAYS,
    applies=WORKLOADS,
    config=Names,
    passes=(
        container(envs=["DATABASE_PASSWORD_FILE=/run/secrets/database", "LOG_LEVEL=info"]),
        container(envs=["CACHE_KEY=tasks", "MAX_INPUT_TOKENS=4096", "SMTP_AUTH=login"]),
        service(spec={"env": {"NATS_URL": "nats://nats:4222"}}),
    ),
    fails=(
        container(envs=["POSTGRES_PASSWORD=hunter2"]),
        container(envs=["DATABASE_URL=postgres://api:hunter2@postgres/tasktracker"]),
        container(envs=["PASSWORD=none"]),
        container(envs=["JAVA_OPTS=-Xmx1g -Dpassword=hunter2"]),
        container(envs=["ALERTS=https://hooks.slack.com/services/T0/B0/x"]),
        container(envs=[Secret("MODE=x")]),
        service(spec={"env": {"TELEGRAM_BOT_TOKEN": "x"}}),
    ),
    check=check,
)
