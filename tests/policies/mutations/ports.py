"""Published ports."""

from tests.policies.mutation import DATASTORES, SERVERS, Change, Mutation, given, more

INNER = tuple(name for name in SERVERS if name != "nginx")
EDGE = "only-edge-publishes"


def published(internal: int, external: int, ip: str) -> Change:
    return more("ports", {"internal": internal, "external": external, "ip": ip, "protocol": "tcp"})


MUTATIONS = (
    Mutation("published", (EDGE, "bind-published-ports"), published(8000, 18000, "0.0.0.0"), INNER),
    Mutation(
        "published on ::", (EDGE, "bind-published-ports"), published(8000, 18000, "::"), INNER
    ),
    *(
        Mutation(
            f"published on {ip}", (EDGE, "bind-published-ports"), published(8000, 18000, ip), INNER
        )
        for ip in ("0", "0000::", "::ffff:0.0.0.0", "*")
    ),
    Mutation(
        "the edge's own port", ("one-publisher-per-port",), published(8000, 443, "127.0.0.1"), INNER
    ),
    Mutation("published on loopback", (EDGE,), published(8000, 18000, "127.0.0.1"), INNER),
    Mutation("published on a random port", (EDGE,), published(8000, 0, "10.0.0.5"), INNER),
    Mutation(
        "a datastore published",
        (EDGE, "datastore-not-published"),
        published(5432, 5432, "127.0.0.1"),
        DATASTORES,
    ),
    Mutation("all published", ("no-publish-all-ports",), given(publishAllPorts=True)),
    Mutation("SSH published", ("no-ssh-port",), published(22, 2222, "127.0.0.1")),
    Mutation("debugger published", ("debugger-in-dev-only",), published(5678, 5678, "127.0.0.1")),
    Mutation(
        "NATS monitoring published",
        ("monitoring-port-not-published",),
        published(8222, 8222, "127.0.0.1"),
    ),
    Mutation("port 81 of the host", ("no-privileged-ports",), published(8080, 81, "127.0.0.1")),
    Mutation("listens on 80", ("unprivileged-listeners",), published(80, 8080, "127.0.0.1")),
    Mutation(
        "another port of the edge", ("bind-published-ports",), published(9000, 9000, ""), ("nginx",)
    ),
)
