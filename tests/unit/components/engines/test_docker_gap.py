"""What stops a plan from taking a service down unasked."""

import pulumi
import pytest

from components.engines.docker_gap import Gap, _refuse


def test_a_gap_is_refused_with_the_service_and_the_way_to_allow_it() -> None:
    args = pulumi.ResourceHookArgs("urn", "id", "postgres", "type")
    with pytest.raises(Gap, match="postgres would be down.* add postgres to `gaps`"):
        _refuse(args)
