"""What was taken off the host by hand is made again, and data is never made again silently."""

import pytest

from tests.live.container import wait_until_healthy
from tests.live.leftovers import DATA, leftovers
from tests.live.pulumi_stack import PulumiStack, docker
from tests.live.site import Site


@pytest.fixture
def healthy(replicated: PulumiStack) -> PulumiStack:
    wait_until_healthy(replicated)
    return replicated


def test_a_container_removed_or_stopped_is_made_again_by_the_next_up(healthy: PulumiStack) -> None:
    services = ("api", "postgres", "dashboard")
    before = {service: len(healthy.containers(service)) for service in services}
    kept = Site(healthy).create("before the removal").json()["id"]
    api, postgres, dashboard = (healthy.containers(service)[0] for service in services)
    docker("rm", "--force", api, postgres)
    docker("stop", dashboard)
    assert {service: len(healthy.containers(service)) for service in services} != before
    assert "not on the host any more, so made again: api-" in healthy.preview().succeeded()
    healthy.up().succeeded()
    assert {service: len(healthy.containers(service)) for service in services} == before
    assert leftovers(healthy) == []
    assert Site(healthy).done(kept)["title"] == "before the removal"
    healthy.preview("--expect-no-changes").succeeded()


def test_a_host_that_lost_all_but_its_data_is_filled_again(healthy: PulumiStack) -> None:
    kept = Site(healthy).create("before the loss").json()["id"]
    Site(healthy).done(kept)
    lose_all_but_data(healthy)
    healthy.up().succeeded()
    assert leftovers(healthy) == []
    assert Site(healthy).done(kept)["title"] == "before the loss"
    healthy.preview("--expect-no-changes").succeeded()


def test_data_that_is_gone_stops_the_up_until_it_is_given_up(healthy: PulumiStack) -> None:
    volume = f"{healthy.values['prefix']}-nats-data"
    docker("rm", "--force", *healthy.containers("nats"))
    docker("volume", "rm", volume)
    said = healthy.up().failed()
    assert f"{volume}, a volume with data of this stack, is not on the host any more" in said
    assert "make restore" in said and f"pulumi refresh --stack {healthy.name}" in said
    assert docker("volume", "ls", "--quiet", "--filter", f"name={volume}") == ""
    healthy.pulumi("refresh", "--yes", "--skip-preview").succeeded()
    healthy.up().succeeded()
    Site(healthy).done(Site(healthy).create("after the loss").json()["id"])


def test_what_goes_down_comes_up_again_with_its_data(healthy: PulumiStack) -> None:
    kept = Site(healthy).create("before it went down").json()["id"]
    Site(healthy).done(kept)
    healthy.pulumi("destroy", "--yes", "--skip-preview", "--exclude-protected").succeeded()
    assert healthy.containers() == []
    healthy.up().succeeded()
    assert Site(healthy).done(kept)["title"] == "before it went down"


def lose_all_but_data(stack: PulumiStack) -> None:
    """Take away what the engine has of a stack, but for the volumes with its data."""
    mine = ("--filter", f"label=tasktracker.stack={stack.name}")
    docker("rm", "--force", *docker("ps", "--all", "--quiet", *mine).split())
    docker("network", "rm", *docker("network", "ls", "--quiet", *mine).split())
    volumes = docker("volume", "ls", "--quiet", *mine).split()
    assert not [volume for volume in volumes if volume.endswith(DATA)]
    docker("volume", "rm", *volumes)
