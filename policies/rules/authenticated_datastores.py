"""A datastore that asks nobody for a password trusts its whole network, and every container that
is ever added to it.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import fillers
from policies.planned import WORKLOADS, Planned
from policies.rule import ALWAYS, Config, Rule, Severity

OPEN = {
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
    "MYSQL_ALLOW_EMPTY_PASSWORD": ("1", "yes", "true"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": ("1", "yes", "true"),
    "ALLOW_EMPTY_PASSWORD": ("1", "yes", "true"),
    "ALLOW_ANONYMOUS_LOGIN": ("1", "yes", "true"),
    "XPACK.SECURITY.ENABLED": ("false",),
    "DISABLE_SECURITY_PLUGIN": ("true",),
    "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED": ("true",),
}
FLAGS = ("--noauth", "--skip-grant-tables", "--insecure", "--insecure-no-auth")
# Programs that ask for a password only when told to, and the words or variables that tell them.
_REDIS = (".conf", "--requirepass", "--aclfile", "REDIS_PASSWORD", "VALKEY_PASSWORD")
_MONGO = (
    *("--auth", "--keyFile", "-f", "--config", "MONGO_INITDB_ROOT_USERNAME"),
    *("MONGODB_INITDB_ROOT_USERNAME", "MONGODB_ROOT_PASSWORD"),
)
ASK = {
    "nats": ("-c", "--config", "-config", "--user", "--auth", "--jwt"),
    "redis": _REDIS,
    "valkey": _REDIS,
    "keydb": _REDIS,
    "dragonfly": ("--requirepass", "--aclfile", "--flagfile", "DFLY_requirepass"),
    "mongo": _MONGO,
    "mongodb": _MONGO,
    "memcached": ("-S", "--enable-sasl", "-Y", "--auth-file", "MEMCACHED_PASSWORD"),
    "etcd": ("--client-cert-auth", "--config-file", "ETCD_ROOT_PASSWORD", "ETCD_CLIENT_CERT_AUTH"),
    "qdrant": ("--config-path", "QDRANT__SERVICE__API_KEY"),
    "meilisearch": ("--master-key", "--config-file-path", "MEILI_MASTER_KEY"),
}


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    for name, value in workload.environment():
        if str(value).strip("\"' ").lower() in OPEN.get(name.upper(), ()):
            yield f"{name} lets everybody in"
    words = [word for text in workload.command for word in text.split()]
    for first, second in zip(words, [*words[1:], ""], strict=False):
        flag, *value = first.split("=")
        switched_off = [word.lower() for word in value] in (["0"], ["false"], ["off"], ["no"])
        if (flag in FLAGS and not switched_off) or (first, second) == ("--protected-mode", "no"):
            yield f"{flag} lets everybody in"
    told = [word.split("=")[0] for word in words]
    told += [name.removesuffix("_FILE") for name, _ in workload.environment()]
    known = ASK.get(workload.datastore)
    if known and not any(word.endswith(known) for word in told):
        yield "nothing in its command or its environment tells it to ask for a password"


rule = Rule(
    id="authenticated-datastores",
    title="Datastores ask who connects",
    severity=Severity.critical,
    frameworks=("OWASP D05", "audit S6"),
    why=__doc__,
    mend="Give each client a user of its own, with a password from a secret file.",
    levels=ALWAYS,
    applies=WORKLOADS,
    exempt=fillers,
    passes=(
        container(image="nats:2.12.1", command=["nats-server", "--config", "/etc/nats/nats.conf"]),
        container(image="postgres:18.1"),
        container(
            image="mongo:8.0.1", envs=["MONGO_INITDB_ROOT_USERNAME_FILE=/run/secrets/mongo-root"]
        ),
        service(spec={"image": "redis:8.0", "args": ["redis-server", "/etc/redis.conf"]}),
    ),
    fails=(
        container(image="postgres:18.1", envs=["POSTGRES_HOST_AUTH_METHOD=trust"]),
        container(image="nats:2.12.1"),
        container(image="redis:8.0", command=["redis-server"]),
        container(image="redis/redis-stack-server:7.4.0"),
        container(image="mongo:8.0.1"),
        container(image="memcached:1.6.39"),
        container(image="mysql/mysql-server:8.0.32", command=["mysqld", "--skip-grant-tables=1"]),
        service(spec={"image": "nats:2.12.1", "args": ["-m", "8222"]}),
    ),
    check=check,
)
