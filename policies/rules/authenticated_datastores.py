"""A datastore that asks nobody for a password trusts its whole network, and every container that
is ever added to it.
"""

from collections.abc import Iterator

from policies.example import container, service
from policies.exempt import fillers
from policies.image import parse
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
# Programs that ask for a password only when told to, and the words that tell them.
ASK = {
    "nats": ("-c", "--config", "-config", "--user", "--auth", "--jwt"),
    "redis": (".conf", "--requirepass", "--aclfile"),
    "valkey": (".conf", "--requirepass", "--aclfile"),
    "keydb": (".conf", "--requirepass", "--aclfile"),
}


def check(resource: Planned, _: Config) -> Iterator[str]:
    workload = resource.workload
    for name, value in workload.environment():
        if str(value).strip("\"' ").lower() in OPEN.get(name.upper(), ()):
            yield f"{name} lets everybody in"
    words = [word for text in workload.command for word in text.split()]
    for first, second in zip(words, [*words[1:], ""], strict=False):
        if first in ("--noauth", "--skip-grant-tables") or (first, second) == (
            "--protected-mode",
            "no",
        ):
            yield f"{first} lets everybody in"
    known = ASK.get(parse(workload.image).name, ASK.get(workload.service))
    if known and not any(word.split("=")[0].endswith(known) for word in words):
        yield "nothing in its command tells it to ask for a password"


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
        service(spec={"image": "redis:8.0", "args": ["redis-server", "/etc/redis.conf"]}),
    ),
    fails=(
        container(image="postgres:18.1", envs=["POSTGRES_HOST_AUTH_METHOD=trust"]),
        container(image="nats:2.12.1"),
        container(image="redis:8.0", command=["redis-server"]),
        service(spec={"image": "nats:2.12.1", "args": ["-m", "8222"]}),
    ),
    check=check,
)
