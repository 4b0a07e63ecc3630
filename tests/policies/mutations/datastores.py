"""Postgres, NATS and their backups."""

from policies.example import container
from policies.planned import COMMAND, CONTAINER
from tests.policies.draft import Draft
from tests.policies.mutation import Change, Mutation, environment, given, inside, more

NATS, POSTGRES = ("nats-authorization",), ("postgres-authentication",)
FIRST = ("migrations-first",)
CONF = ("nats-version", "nats-server.conf")
HBA = ("postgres-files", "pg_hba.conf")


def text(name: str, file: str, old: str, new: str) -> Change:
    """A file of a carrier with one text in place of another."""
    return lambda draft, _: draft.edit(name, file, lambda content: content.replace(old, new))


def whole(name: str, file: str, content: str) -> Change:
    return lambda draft, _: draft.edit(name, file, lambda _: content)


def renamed(name: str, file: str, content: str) -> Change:
    """The first file of a carrier under another name, with another text."""

    def change(draft: Draft, _: str) -> None:
        upload = draft.data(name)["uploads"][0]
        upload.update(file=upload["file"].rpartition("/")[0] + f"/{file}", content=content)

    return change


def dropped(container: str) -> Change:
    return lambda draft, _: draft.drop(container)


def hasty(draft: Draft, name: str) -> None:
    """It starts whether the migrations have run or not."""
    draft.needs(name, CONTAINER, without="migrations-run")


def unsaved(draft: Draft, _: str) -> None:
    draft.needs("migrations-run", COMMAND, without="restore-point-run")


def no_backups(draft: Draft, _: str) -> None:
    for name in ("backup", "drill"):
        draft.drop(name)


def proven(**times: str) -> Change:
    """What is known of the backups of a stack that has been there since 2020."""

    def change(draft: Draft, _: str) -> None:
        draft.settings["backups"]["proven"] = {"deployed": LONG_AGO, **times}

    return change


def few_days_of_figures(draft: Draft, name: str) -> None:
    command = ["--storage.tsdb.retention.time=2d"]
    draft.add(container(name, image="prom/prometheus:v3.5.0", command=command))


LONG_AGO, FAR_AHEAD = "2020-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00"
NOBODY = "listen: 0.0.0.0:4222\nhttp: 0.0.0.0:8222\n"
TWICE = "authorization {{ users: [ {{ user: a, password: $a, permissions: {{ {} }} }} ] }}\n"

MUTATIONS = (
    Mutation("NATS without users", NATS, whole(*CONF, NOBODY), ("nats",)),
    Mutation(
        "no_auth_user",
        NATS,
        text(*CONF, "max_payload", "no_auth_user: api_a\nmax_payload"),
        ("nats",),
    ),
    Mutation(
        "NATS with no users to know",
        NATS,
        whole(*CONF, "authorization { }\nlisten: 0.0.0.0:4222\n"),
        ("nats",),
    ),
    Mutation(
        "NATS named authorization", NATS, whole(*CONF, 'server_name: "authorization"'), ("nats",)
    ),
    Mutation(
        "NATS by another file", NATS, renamed("nats-version", "server.cfg", NOBODY), ("nats",)
    ),
    Mutation("api publishes *.>", NATS, text(*CONF, '"tasks.new.*"', '"*.>"'), ("nats",)),
    Mutation("publishes >", NATS, whole(*CONF, TWICE.format('publish: ">"')), ("nats",)),
    Mutation("reads >", NATS, whole(*CONF, TWICE.format('subscribe: [">"]')), ("nats",)),
    Mutation("api publishes >", NATS, text(*CONF, '"tasks.new.*"', '">"'), ("nats",)),
    Mutation(
        "api reads > and its inbox",
        NATS,
        text(*CONF, '"_INBOX.api_a.>"', '"_INBOX.api_a.>", ">"'),
        ("nats",),
    ),
    Mutation(
        "a user without permissions",
        NATS,
        text(*CONF, "users: [", "users: [ { user: x, password: $x }"),
        ("nats",),
    ),
    Mutation(
        "NATS without its file",
        ("authenticated-datastores",),
        given(command=["nats-server", "-m", "8222"]),
        ("nats",),
    ),
    Mutation("pg_hba trust", POSTGRES, text(*HBA, "scram-sha-256", "trust"), ("postgres",)),
    Mutation('pg_hba "trust"', POSTGRES, text(*HBA, "scram-sha-256", '"trust"'), ("postgres",)),
    Mutation(
        "pg_hba with a quoted database",
        POSTGRES,
        text(*HBA, "host tasktracker", 'host "my db" all all trust\nhost tasktracker'),
        ("postgres",),
    ),
    Mutation(
        "pg_hba on two lines",
        POSTGRES,
        text(*HBA, "host tasktracker", "host all all \\\n  all trust\nhost tasktracker"),
        ("postgres",),
    ),
    Mutation("pg_hba ident", POSTGRES, text(*HBA, "scram-sha-256", "ident"), ("postgres",)),
    Mutation("pg_hba md5", POSTGRES, text(*HBA, "scram-sha-256", "md5"), ("postgres",)),
    Mutation("pg_hba password", POSTGRES, text(*HBA, "scram-sha-256", "password"), ("postgres",)),
    Mutation(
        "pg_hba socket trust",
        POSTGRES,
        text(*HBA, "postgres peer", "postgres trust"),
        ("postgres",),
    ),
    Mutation(
        "POSTGRES_HOST_AUTH_METHOD",
        ("authenticated-datastores",),
        more("envs", "POSTGRES_HOST_AUTH_METHOD=trust"),
        ("postgres",),
    ),
    Mutation(
        "fewer connections",
        ("pools-fit-database",),
        text(
            "postgres-files",
            "postgresql.conf",
            "max_connections = 900",
            "max_connections = 100",
        ),
        ("postgres",),
    ),
    Mutation(
        "a larger pool",
        ("pools-fit-database",),
        environment("DATABASE_POOL_SIZE", "200"),
        ("api-1", "worker-1"),
    ),
    Mutation(
        "more processes", ("pools-fit-database",), environment("WEB_CONCURRENCY", "64"), ("api-1",)
    ),
    Mutation("no drill", ("backups-in-prod",), dropped("drill"), ("drill",)),
    Mutation("no restore point", FIRST, dropped("restore-point"), ("restore-point",)),
    Mutation("no migrations", FIRST, dropped("migrations"), ("migrations",)),
    Mutation("hasty", FIRST, hasty, ("api-1", "worker-2")),
    Mutation("migrations before the backup", FIRST, unsaved, ("migrations",)),
    Mutation(
        "NATS's file elsewhere", ("nats-configuration-known",), dropped("nats-version"), ("nats",)
    ),
    Mutation(
        "asked by the socket",
        ("postgres-health-over-tcp",),
        inside("healthcheck", tests=["CMD", "pg_isready", "-U", "postgres", "-d", "tasktracker"]),
        ("postgres",),
    ),
    Mutation("no backups", ("backups-in-prod",), no_backups, ("backup",)),
    Mutation(
        "backups are old",
        ("proven-restore",),
        proven(newest_backup=LONG_AGO, proven_restore=FAR_AHEAD),
        ("backup",),
    ),
    Mutation(
        "no restore was proven", ("proven-restore",), proven(newest_backup=FAR_AHEAD), ("backup",)
    ),
    Mutation("two days of figures", ("metrics-kept",), few_days_of_figures, ("prometheus",)),
)
