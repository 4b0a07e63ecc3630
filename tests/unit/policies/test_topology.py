"""Which resource a name stands for."""

from __future__ import annotations

import pytest

from policies.example import container, planned, service, stack
from policies.inputs import Undecided
from policies.planned import NETWORK, VOLUME, Planned, Stack
from policies.topology import declared, followers, networks
from policies.values import UNKNOWN


def test_a_resource_is_found_by_the_name_it_was_given() -> None:
    volume = planned(VOLUME, "v", name="task-tracker-postgres-data")
    assert declared(stack(volume), VOLUME, "task-tracker-postgres-data") is volume


def test_a_resource_is_found_by_the_name_the_engine_gave_it() -> None:
    short, long = planned(VOLUME, "secrets"), planned(VOLUME, "api-secrets")
    assert declared(stack(short, long), VOLUME, "prod-api-secrets-0a1b2c") is long
    assert declared(stack(short, long), VOLUME, "secrets-0a1b2c3") is short


def test_what_is_replaced_is_found_by_its_next_name_though_it_still_has_the_one_before() -> None:
    replaced = planned(VOLUME, "api-secrets", name="prod-api-secrets-0a1b2c")
    assert declared(stack(replaced), VOLUME, "prod-api-secrets-3d4e5f") is replaced
    given = planned(VOLUME, "api-secrets", name="secrets-of-prod")
    assert declared(stack(given), VOLUME, "prod-api-secrets-3d4e5f") is None


def test_a_name_that_is_only_like_it_is_another() -> None:
    assert declared(stack(planned(VOLUME, "data")), VOLUME, "data-old") is None


def test_who_comes_after_whom_is_undecided_until_it_is_known() -> None:
    first = container("migrations")
    second = Planned(first.type, f"{first.urn}-2", first.data, dependencies=(first.urn,))
    resources = (first, second)
    assert followers(Stack("prod", resources), first) == {first.urn, second.urn}
    with pytest.raises(Undecided, match="dependsOn"):
        followers(Stack("prod", resources, is_ordered=False), first)


def test_networks_of_unknown_name_are_those_it_depends_on() -> None:
    backend = planned(NETWORK, "backend")
    joined = service(task={"networksAdvanceds": [{"id": UNKNOWN}]})
    known = Planned(joined.type, joined.urn, joined.data, dependencies=(backend.urn,))
    assert networks(stack(backend, known), known) == {backend.urn: backend}


def test_networks_nothing_is_known_of_are_undecided() -> None:
    joined = container(networksAdvanced=[{"name": UNKNOWN}])
    with pytest.raises(Undecided, match="networksAdvanced"):
        networks(stack(joined), joined)


def test_a_network_somebody_else_made_is_known_by_its_name() -> None:
    joined = container(networksAdvanced=[{"name": "shared"}])
    assert networks(stack(joined), joined) == {"shared": None}


def test_what_is_known_is_kept_beside_what_is_not() -> None:
    backend, frontend = planned(NETWORK, "backend", name="backend"), planned(NETWORK, "frontend")
    both = {backend.urn: backend, frontend.urn: frontend}
    for joined in (
        container(networkMode="backend", networksAdvanced=[{"name": UNKNOWN}]),
        container(networkMode=UNKNOWN, networksAdvanced=[{"name": "backend"}]),
        container(networksAdvanced=[{"name": UNKNOWN}, {"name": "backend"}]),
    ):
        known = Planned(joined.type, joined.urn, joined.data, dependencies=(frontend.urn,))
        assert networks(stack(backend, frontend, known), known) == both


def test_a_network_named_by_its_id_is_one_it_depends_on() -> None:
    backend = planned(NETWORK, "backend", name="backend")
    joined = container(networksAdvanced=[{"name": "0a" * 32}])
    known = Planned(joined.type, joined.urn, joined.data, dependencies=(backend.urn,))
    assert networks(stack(backend, known), known) == {backend.urn: backend}
    assert networks(stack(backend, joined), joined) == {"0a" * 32: None}


def test_an_id_beside_the_name_of_all_it_depends_on_is_somebody_elses() -> None:
    frontend = planned(NETWORK, "frontend", name="frontend")
    joined = container(networksAdvanced=[{"name": "frontend"}, {"name": "0a" * 32}])
    known = Planned(joined.type, joined.urn, joined.data, dependencies=(frontend.urn,))
    assert networks(stack(frontend, known), known) == {frontend.urn: frontend, "0a" * 32: None}
