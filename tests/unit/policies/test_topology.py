"""Which resource a name stands for."""

from __future__ import annotations

import pytest

from policies.example import container, planned, service, stack
from policies.inputs import Undecided
from policies.planned import NETWORK, VOLUME, Planned
from policies.topology import declared, networks
from policies.values import UNKNOWN


def test_a_resource_is_found_by_the_name_it_was_given() -> None:
    volume = planned(VOLUME, "v", name="task-tracker-postgres-data")
    assert declared(stack(volume), VOLUME, "task-tracker-postgres-data") is volume


def test_a_resource_is_found_by_the_name_the_engine_gave_it() -> None:
    short, long = planned(VOLUME, "secrets"), planned(VOLUME, "api-secrets")
    assert declared(stack(short, long), VOLUME, "prod-api-secrets-0a1b2c") is long
    assert declared(stack(short, long), VOLUME, "secrets-0a1b2c3") is short


def test_a_name_that_is_only_like_it_is_another() -> None:
    assert declared(stack(planned(VOLUME, "data")), VOLUME, "data-old") is None


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
