"""Secrets where everybody can read them."""

from policies.values import UNKNOWN, Secret
from tests.policies.draft import Draft
from tests.policies.mutation import DATASTORES, SERVERS, Change, Mutation, given, inside, more

ENV, ARGS = ("no-secrets-in-env",), ("no-secrets-in-args",)
FILES = ("no-secrets-in-configuration",)
CARRIERS = (
    *("api-files", "worker-files", "postgres-files"),
    *("roles-files", "migrations-files", "backup-files"),
)
URL = "postgres://api:hunter2@postgres:5432/tasktracker"


def upload(**values: object) -> Change:
    """The first secret file that is uploaded, with these values."""

    def change(draft: Draft, name: str) -> None:
        draft.data(name)["uploads"][0].update(values)

    return change


def label(name: str, value: str) -> Change:
    return more("labels", {"label": name, "value": value})


def without_secrets(draft: Draft, name: str) -> None:
    draft.data(name)["volumes"] = [v for v in draft.data(name)["volumes"] if not v["readOnly"]]


MUTATIONS = (
    Mutation("password in env", ENV, more("envs", "POSTGRES_PASSWORD=k1x9bn2q0")),
    Mutation("token in env", ENV, more("envs", "TELEGRAM_BOT_TOKEN=k1x9bn2q0")),
    Mutation("password in a URL in env", ENV, more("envs", f"DATABASE_URL={URL}")),
    Mutation("AWS key in env", ENV, more("envs", "BUCKET_USER=AKIAIOSFODNN7EXAMPLE")),
    Mutation("marked secret in env", ENV, more("envs", Secret("MODE=k1x9bn2q0"))),
    Mutation("default password", ("no-default-passwords",), more("envs", "PGPASSWORD=postgres")),
    Mutation("secret option", ARGS, more("command", "--password=k1x9bn2q0")),
    Mutation("secret word", ARGS, more("command", "--token", "k1x9bn2q0")),
    Mutation("URL with a password in command", ARGS, more("command", URL)),
    Mutation(
        "secret in a shell's text",
        ARGS,
        given(command=["sh", "-c", "exec redis-server --requirepass hunter2hunter2"]),
    ),
    Mutation("variable in command", ARGS, more("command", "env", "API_TOKEN=k1x9bn2q0")),
    Mutation("bearer in command", ARGS, more("command", "-H", "Authorization: Bearer k1x9bn2q0")),
    Mutation(
        "variable in a probe",
        ARGS,
        inside("healthcheck", tests=["CMD-SHELL", "PGPASSWORD=hunter2 psql -c 'select 1'"]),
        SERVERS,
    ),
    Mutation("strange password in a URL in env", ENV, more("envs", "URL=amqp://u:pa$$w0rd@h")),
    Mutation(
        "Slack webhook in env", ENV, more("envs", "ALERTS=https://hooks.slack.com/services/T0/B0/x")
    ),
    Mutation("secret in an option in env", ENV, more("envs", "JAVA_OPTS=-Dpassword=k1x9bn2q0")),
    Mutation("a password that looks off", ENV, more("envs", "PASSWORD=none")),
    Mutation(
        "settings in clear",
        FILES,
        upload(file="/app/.env", content="DB_PASSWORD=k1x9bn2q0"),
        CARRIERS,
    ),
    Mutation("secret in a label", ARGS, label("api.token", "k1x9bn2q0")),
    Mutation(
        "secret in a probe",
        ARGS,
        inside("healthcheck", tests=["CMD", "curl", "-f", "http://u:hunter2@127.0.0.1/"]),
        SERVERS,
    ),
    Mutation("secret file in clear", FILES, upload(content="k1x9bn2q0"), CARRIERS),
    Mutation(
        "key in clear",
        FILES,
        upload(file="/etc/app/key.pem", content="-----BEGIN PRIVATE KEY-----\nAA=="),
        CARRIERS,
    ),
    Mutation("guessable", ("no-default-passwords",), upload(content=Secret("postgres")), CARRIERS),
    Mutation("secret 0644", ("secret-files-private",), upload(permissions="0644"), CARRIERS),
    Mutation("secret 0404", ("secret-files-private",), upload(permissions="0404"), CARRIERS),
    Mutation("no secret file", ("secrets-by-reference",), without_secrets, DATASTORES),
    Mutation(
        "secret name of unknown value", ENV, more("envs", UNKNOWN), ("api-1", "worker-1", "nats")
    ),
)
