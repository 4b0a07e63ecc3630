"""Who can connect to whom, tried from inside every container, by name and by every address (N1-N4).

What is meant stands here once more, apart from the components, as the audit says it.
"""

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from components.networks import ISOLATING
from components.picture import may_connect
from components.workload import Attachment, Limits, Workload
from tests.live.namespaces import Reached, reached
from tests.live.outside import outside
from tests.live.pulumi_stack import PulumiStack, docker, inspect
from tests.live.running import Running, running
from tests.live.stacks import ENVIRONMENTS

everywhere = pytest.mark.parametrize("stack", ENVIRONMENTS, indirect=True)

# Networks of each service; in dev the two that a developer reaches are on another one.
NETWORKS = {
    "nginx": {"edge", "frontend"},
    "dashboard": {"frontend"},
    "api": {"frontend", "backend"},
    "worker": {"backend"},
    "postgres": {"backend"},
    "nats": {"backend"},
}
IN_DEV = {"api": {"access"}, "postgres": {"access"}}
WITH_BACKUPS = {"backup": {"backend", "backups"}, "drill": set[str]()}
WITH_BOT = {"bot": {"integrations", "egress"}, "api": {"integrations"}}
WITH_BOTH = {"sessions-backup": {"backups"}}
OPEN = {"edge", "access", "backups", "egress"}

LISTENS = {
    "nginx": {8080, 8443},
    "dashboard": {8080},
    "api": {8000},
    "worker": {8080},
    "postgres": {5432},
    "nats": {4222, 8222},
    "backup": {8080},
    "drill": set(),
    "bot": {8080},
    "sessions-backup": set(),
}
PORTS = (5432, 4222, 8222, 8000, 8080, 8443)


@everywhere
def test_services_connect_to_those_they_share_a_network_with_and_to_no_other(
    stack: PulumiStack,
) -> None:
    containers = running(stack)
    allowed = may_connect(_meant(stack))
    tried = _try_all(containers, set(_networks(stack)), _addresses(containers))
    wrong = []
    for container, found in tried.items():
        names = {to for to in LISTENS if (container.service, to) in allowed}
        targets = {(to, port) for to in names for port in _listens(stack, to)}
        for other in containers:
            for network, address in other.networks.items():
                if network in container.networks and network not in ISOLATING:
                    targets |= {(address, port) for port in _listens(stack, other.service)}
        others = _of_others(container, containers, found)
        wrong += _differences(container, "resolves", others.names, names)
        wrong += _differences(
            container, "connects to", others.targets, _not_own(container, containers, targets)
        )
    assert not wrong


@everywhere
def test_every_container_is_on_the_networks_meant_for_its_service(stack: PulumiStack) -> None:
    for container in running(stack):
        assert set(container.networks) == _networks(stack)[container.service], container


@everywhere
def test_the_picture_in_the_outputs_shows_the_networks_as_they_are(stack: PulumiStack) -> None:
    lines = re.findall(r"^  ([\w-]+) --- net_(\w+)$", stack.outputs()["picture"], re.M)
    drawn: dict[str, set[str]] = {}
    for service, network in lines:
        drawn.setdefault(service, set()).add(network)
    networks = {s: on for s, on in _networks(stack).items() if on}
    assert {service: drawn.get(service) for service in networks} == networks


@everywhere
def test_only_who_is_on_an_open_network_reaches_the_world_outside(stack: PulumiStack) -> None:
    containers = running(stack)
    leads_out = {s for s, on in _networks(stack).items() if on & OPEN}
    with outside() as (address, port), ThreadPoolExecutor(len(containers)) as pool:
        tried = list(pool.map(lambda c: reached(c, [], [address], [port]), containers))
    found = {c.service for c, answer in zip(containers, tried, strict=True) if answer.targets}
    assert found == leads_out


@everywhere
def test_the_host_publishes_exactly_the_ports_meant(stack: PulumiStack) -> None:
    edge, address = stack.values["edge"], stack.values["edge"]["address"]
    meant = {(address, edge["http_port"]): ("nginx", 8080)}
    if _is_dev(stack):
        meant[("127.0.0.1", stack.values["postgres"]["published"])] = ("postgres", 5432)
        meant[("127.0.0.1", stack.values["api"]["published"])] = ("api", 8000)
    else:
        meant[(address, edge["https_port"])] = ("nginx", 8443)
    assert _published(stack) == meant


@pytest.mark.parametrize(("stack", "other"), [("dev", "prod"), ("prod", "dev")], indirect=True)
def test_no_container_reaches_one_of_another_stack(stack: PulumiStack, other: PulumiStack) -> None:
    tried = _try_all(running(stack), set(), _addresses(running(other)))
    assert {str(container): found.targets for container, found in tried.items()} == {
        str(container): frozenset() for container in tried
    }


def _meant(stack: PulumiStack) -> list[Workload]:
    """The services as no more than their networks."""
    limits = Limits(cpus=1, memory=6, cpus_reserved=1, memory_reserved=6)
    return [
        Workload(
            name=service, image="any:1", uid=1, limits=limits, health=None,
            networks=tuple(Attachment(network=network) for network in sorted(networks)),
        )
        for service, networks in _networks(stack).items()
    ]  # fmt: skip


def _networks(stack: PulumiStack) -> dict[str, set[str]]:
    bot, backups = "bot" in stack.values, "backups" in stack.values
    cases = (
        (_is_dev(stack), IN_DEV),
        (bot, WITH_BOT),
        (backups, WITH_BACKUPS),
        (bot and backups, WITH_BOTH),
    )
    found = {service: set(own) for service, own in NETWORKS.items()}
    for is_so, more in cases:
        for service, networks in more.items() if is_so else ():
            found[service] = found.get(service, set()) | networks
    return found


def _listens(stack: PulumiStack, service: str) -> set[int]:
    return LISTENS[service] - ({8443} if _is_dev(stack) else set())


def _is_dev(stack: PulumiStack) -> bool:
    return stack.name.startswith("dev")


def _addresses(containers: Iterable[Running]) -> set[str]:
    return {address for container in containers for address in container.networks.values()}


def _try_all(
    containers: list[Running], names: set[str], addresses: set[str]
) -> dict[Running, Reached]:
    """What each container reaches of all this; all try at the same time, as most wait."""
    with ThreadPoolExecutor(len(containers)) as pool:
        tried = pool.map(lambda c: reached(c, names, addresses, PORTS), containers)
        return dict(zip(containers, tried, strict=True))


def _own(container: Running, containers: Iterable[Running]) -> set[str]:
    """Name and addresses of the container's own service."""
    mates = [other for other in containers if other.service == container.service]
    return {container.service, *_addresses(mates)}


def _not_own(
    container: Running, containers: Iterable[Running], targets: Iterable[tuple[str, int]]
) -> set[tuple[str, int]]:
    own = _own(container, containers)
    return {(host, port) for host, port in targets if host not in own}


def _of_others(container: Running, containers: Iterable[Running], found: Reached) -> Reached:
    """What was reached of other services than the container's own."""
    own = _own(container, containers)
    targets = frozenset(_not_own(container, containers, found.targets))
    return Reached(found.names - own, targets)


def _differences(
    container: Running, does: str, found: Iterable[object], meant: Iterable[object]
) -> list[str]:
    too_much = [f"{container} {does} {each}" for each in set(found) - set(meant)]
    return too_much + [f"{container} no longer {does} {each}" for each in set(meant) - set(found)]


def _published(stack: PulumiStack) -> dict[tuple[str, int], tuple[str, int]]:
    """(address, port) of the host: (service, port inside), of all containers, running or not."""
    label = f"label=tasktracker.stack={stack.name}"
    found = {}
    for name in docker("ps", "--all", "--filter", label, "--format", "{{.Names}}").split():
        inspected = inspect(name)
        assert not inspected["HostConfig"]["PublishAllPorts"], name
        service = inspected["Config"]["Labels"]["tasktracker.service"]
        asked, given = (
            inspected["HostConfig"]["PortBindings"],
            inspected["NetworkSettings"]["Ports"],
        )
        for inside, bindings in [*(asked or {}).items(), *(given or {}).items()]:
            for binding in bindings or []:
                place = (binding["HostIp"], int(binding["HostPort"]))
                found[place] = (service, int(inside.partition("/")[0]))
    return found
