"""A workload as the inputs of a plain container: hardened, limited, and nothing left to chance."""

from typing import Any

import pulumi_docker as docker
import pytest

from components.engines.docker_container import healthcheck, inputs, labels
from components.workload import Attachment, Mount, Published, Workload
from tests.unit.components.parts import known
from tests.unit.recorder import CONTAINER, Recorder

NETWORKS = {"frontend": "net-1", "way-out": "net-2"}


def made(recorder: Recorder, workload: Workload) -> dict[str, Any]:
    """What the provider is asked for."""
    filled = [("/run/secrets", "secrets-volume")]
    recorder.run(lambda: docker.Container(workload.name, **inputs(workload, NETWORKS, filled)))
    return recorder.inputs(CONTAINER, workload.name)


@pytest.fixture
def container(recorder: Recorder, api: Workload) -> dict[str, Any]:
    return made(recorder, api)


def test_nobody_is_root_and_nobody_can_become_it(container: dict[str, Any]) -> None:
    assert container["user"] == "10001:10001"
    assert container["capabilities"] == {"drops": ["ALL"]}
    assert container["securityOpts"] == ["no-new-privileges:true"]


def test_the_root_is_read_only_and_what_is_written_has_a_size_and_an_owner(
    container: dict[str, Any],
) -> None:
    assert container["readOnly"] is True
    assert container["tmpfs"] == {
        "/tmp": "size=64m,uid=10001,gid=10001,noexec,nosuid,nodev",
    }


def test_limits_and_reservations_are_set_and_swap_adds_nothing(container: dict[str, Any]) -> None:
    assert container["cpus"] == "1.0"
    assert container["cpuShares"] == 256
    assert container["memory"] == container["memorySwap"] == 512
    assert container["memoryReservation"] == 128


def test_logs_are_bounded(container: dict[str, Any]) -> None:
    assert container["logDriver"] == "json-file"
    assert container["logOpts"] == {"max-size": "10m", "max-file": "3"}


def test_a_stop_is_by_its_signal_and_has_its_time_when_pulumi_deletes_too(
    container: dict[str, Any],
) -> None:
    assert container["stopSignal"] == "SIGQUIT"
    assert container["stopTimeout"] == container["destroyGraceSeconds"] == 30


def test_it_answers_by_its_name_where_it_does_and_is_silent_where_it_hides(
    container: dict[str, Any],
) -> None:
    assert container["networksAdvanced"] == [
        {"name": "net-1", "aliases": ["api"]},
        {"name": "net-2", "aliases": []},
    ]


def test_the_environment_is_in_one_order_whatever_the_order_it_was_written_in(
    container: dict[str, Any],
) -> None:
    assert container["envs"] == ["A=1", "B=2"]


def test_secrets_and_configuration_are_mounted_read_only(container: dict[str, Any]) -> None:
    assert container["volumes"] == [
        {"volumeName": "secrets-volume", "containerPath": "/run/secrets", "readOnly": True}
    ]


def test_a_volume_of_data_is_mounted_as_the_workload_says(
    recorder: Recorder, api: Workload
) -> None:
    mount = Mount(volume=known("data"), path="/data")
    found = made(recorder, api.model_copy(update={"mounts": (mount,)}))
    assert {"volumeName": "data", "containerPath": "/data", "readOnly": False} in found["volumes"]


def test_a_port_is_published_at_its_address_alone(recorder: Recorder, api: Workload) -> None:
    port = Published(internal=8000, external=8001)
    found = made(recorder, api.model_copy(update={"ports": (port,)}))
    assert found["ports"] == [
        {"internal": 8000, "external": 8001, "ip": "127.0.0.1", "protocol": "tcp"}
    ]


def test_a_workload_on_no_network_reaches_nobody(recorder: Recorder, api: Workload) -> None:
    networks: tuple[Attachment, ...] = ()
    found = made(recorder, api.model_copy(update={"networks": networks}))
    assert found["networkMode"] == "none"


def test_a_network_that_is_none_of_the_stacks_is_refused(api: Workload) -> None:
    lost = api.model_copy(update={"networks": (Attachment(network="frontent"),)})
    with pytest.raises(ValueError) as refused:
        inputs(lost, NETWORKS, [])
    assert str(refused.value) == (
        "networks: 'frontent' of api is none of this stack: did you mean 'frontend'?"
    )


def test_the_images_own_command_stays_where_none_is_given(
    recorder: Recorder, api: Workload
) -> None:
    assert "command" not in made(recorder, api.model_copy(update={"command": ()}))


def test_its_labels_say_whose_it_is() -> None:
    assert {str(each.label): each.value for each in labels("dev", "api")} == {
        "tasktracker.stack": "dev",
        "tasktracker.service": "api",
    }


def test_the_probe_runs_without_a_shell(api: Workload) -> None:
    assert api.health is not None
    found = healthcheck(api.health)
    assert found.tests == ["CMD", "probe", "http://127.0.0.1:8000/health"]
    assert (found.interval, found.timeout, found.retries, found.start_period) == (
        "5s", "3s", 3, "15s",
    )  # fmt: skip
