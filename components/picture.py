"""A picture of the stack for people: its networks, and who may talk to whom (Mermaid)."""

from collections.abc import Sequence

from components.networks import ISOLATING
from components.workload import Workload


def mermaid(workloads: Sequence[Workload]) -> str:
    """A flowchart with a box per network; a service on several networks is drawn once.

    A line joins a service to each further network it is on; a thick one comes from the outside.
    One on no network is drawn beside the boxes: it reaches nobody, and nobody reaches it.
    """
    homes: dict[str, list[str]] = {}
    lines: list[str] = []
    alone: list[str] = []
    for workload in workloads:
        networks = [a.network for a in workload.networks]
        if not networks:
            alone.append(f'  {workload.name}["{workload.name}"]:::alone')
            continue
        home = next((n for n in networks if n not in ISOLATING), networks[0])
        homes.setdefault(home, []).append(workload.name)
        lines += [f"  {workload.name} --- net_{n}" for n in networks if n != home]
        for port in workload.ports:
            lines.append(f"  outside([outside]) ==>|{port.external}| {workload.name}")
    named = {a.network for w in workloads for a in w.networks} | set(homes)
    boxes = []
    for network in sorted(named):
        shape = "isolating" if network in ISOLATING else "network"
        boxes.append(f'  subgraph box_{network}["{network}"]')
        boxes.append(f'    net_{network}{{{{"{network} ({shape})"}}}}')
        for service in homes.get(network, []):
            boxes.append(f'    {service}["{service}"]')
            lines.append(f"  {service} --- net_{network}")
        boxes.append("  end")
    style = ["  classDef alone stroke-dasharray: 4 4"] if alone else []
    return "\n".join(["flowchart LR", *boxes, *alone, *sorted(lines), *style]) + "\n"


def may_connect(workloads: Sequence[Workload]) -> frozenset[tuple[str, str]]:
    """Pairs (from, to) of services that share a network on which members reach each other."""
    on = {w.name: {a.network for a in w.networks} - ISOLATING for w in workloads}
    return frozenset((a, b) for a in on for b in on if a != b and on[a] & on[b])
