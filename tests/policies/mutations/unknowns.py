"""Values that a preview can't know: what can't be decided is no pass."""

from policies.values import UNKNOWN
from tests.policies.mutation import SERVERS, Mutation, given, inside

UNKNOWNS = {
    "image": ("no-latest-tag", "pin-image-digest", "allowed-registries", "versioned-images"),
    "user": ("non-root-user",),
    "privileged": ("no-privileged",),
    "readOnly": ("read-only-root-filesystem",),
    "capabilities": ("drop-all-capabilities",),
    "securityOpts": ("require-no-new-privileges",),
    "memory": ("require-memory-limit",),
    "cpus": ("require-cpu-limit",),
    "ports": ("bind-published-ports", "no-ssh-port"),
    "volumes": ("no-docker-socket-mount", "no-sensitive-host-mounts"),
    "networkMode": ("no-host-network",),
    "pidMode": ("no-host-pid",),
    "envs": ("no-secrets-in-env",),
    "command": ("no-secrets-in-args",),
    "labels": ("require-labels",),
    "logOpts": ("log-rotation",),
    "devices": ("no-host-devices",),
}

MUTATIONS = (
    *(
        Mutation(f"unknown: {key}", rules, given(**{key: UNKNOWN}), SERVERS)
        for key, rules in UNKNOWNS.items()
    ),
    Mutation(
        "unknown: probe", ("real-healthcheck",), inside("healthcheck", tests=UNKNOWN), SERVERS
    ),
    Mutation("unknown: restart", ("restart-policy",), given(restart=UNKNOWN), SERVERS),
)
