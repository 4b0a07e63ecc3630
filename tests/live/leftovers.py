"""What the engine has under a stack's names and labels, and Pulumi's state of it does not know."""

from tests.live.pulumi_stack import PROJECT, PulumiStack, docker

DATA = ("postgres-data", "nats-data", "telegram-sessions")


def leftovers(stack: PulumiStack) -> list[str]:
    """Names of containers, networks and volumes that are in no state, and of pending deletions."""
    resources = stack.resources()
    known = {resource.get("id") for resource in resources}
    prefix = f"{PROJECT}-{stack.name}-"
    kept = {f"{stack.values['prefix']}-{name}" for name in DATA}
    found = [
        *_listed("ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}"),
        *_listed("network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"),
        *_listed("volume", "ls", "--format", "{{.Name}} {{.Name}}"),
    ]
    waiting = [f"{r['urn']} waits for its deletion" for r in resources if r.get("delete")]
    return waiting + [
        name
        for id_, name in found
        if name.startswith(prefix) and name not in kept and id_ not in known
    ]


def _listed(*arguments: str) -> list[tuple[str, str]]:
    return [(line.split()[0], line.split()[1]) for line in docker(*arguments).splitlines()]
