"""The picture of the networks, and who may talk to whom."""

from components.picture import may_connect, mermaid
from components.workload import Attachment, Published, Workload
from tests.unit.components.parts import LIMITS


def service(name: str, *networks: str, port: int | None = None) -> Workload:
    return Workload(
        name=name,
        image="any:1",
        uid=1,
        networks=tuple(Attachment(network=network) for network in networks),
        ports=(Published(internal=8080, external=port),) if port else (),
        exclusive=port is not None,
        limits=LIMITS,
        health=None,
    )


STACK = [
    service("nginx", "edge", "frontend", port=443),
    service("api", "frontend", "backend", "access"),
    service("postgres", "backend", "access"),
    service("drill"),
]


def test_services_of_one_network_may_talk_both_ways() -> None:
    assert may_connect(STACK) == {
        ("nginx", "api"), ("api", "nginx"), ("api", "postgres"), ("postgres", "api"),
    }  # fmt: skip


def test_a_network_that_isolates_joins_nobody() -> None:
    assert may_connect([service("api", "access"), service("postgres", "access")]) == frozenset()


def test_every_service_is_drawn_once_in_a_box_of_its_own_network() -> None:
    picture = mermaid(STACK)
    for name in ("nginx", "api", "postgres", "drill"):
        assert picture.count(f'["{name}"]') == 1


def test_a_service_on_no_network_shares_no_box() -> None:
    lines = mermaid([*STACK, service("roles")]).splitlines()
    for name in ("drill", "roles"):
        assert f'  {name}["{name}"]:::alone' in lines, "it is in a box"
        assert not any(line.startswith(f"  {name} ---") for line in lines)
    assert lines.count("  classDef alone stroke-dasharray: 4 4") == 1
    assert "alone" not in mermaid(STACK[:3])


def test_the_outside_comes_in_by_published_ports_alone() -> None:
    arrows = [line.strip() for line in mermaid(STACK).splitlines() if "outside" in line]
    assert arrows == ["outside([outside]) ==>|443| nginx"]


def test_a_service_is_joined_to_each_further_network() -> None:
    lines = [line.strip() for line in mermaid(STACK).splitlines()]
    assert "api --- net_backend" in lines
    assert "api --- net_access" in lines
    assert "postgres --- net_frontend" not in lines


def test_boxes_are_closed_and_the_picture_is_the_same_each_time() -> None:
    picture = mermaid(STACK)
    assert picture.count("subgraph") == picture.count("  end\n")
    assert picture == mermaid(list(STACK))
