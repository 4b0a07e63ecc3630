"""A push names the images as the registry will know them."""

import pytest

from images import push


@pytest.mark.parametrize(
    ("given", "destination"),
    [
        ("127.0.0.1:5000/task-tracker", "127.0.0.1:5000/task-tracker"),
        ("registry.example.com/team/task-tracker/", "registry.example.com/team/task-tracker"),
    ],
)
def test_a_destination_is_a_host_and_a_namespace(given: str, destination: str) -> None:
    assert push.destination(given) == destination


@pytest.mark.parametrize("given", ["http://host/team", "host:port/team", "host/Team", ""])
def test_what_is_no_destination_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(ValueError, match="write HOST:PORT/NAMESPACE, as in 127.0.0.1:5000/shop"):
        push.destination(given)


def test_an_image_keeps_its_name_and_tag_at_the_destination() -> None:
    there = push.there("task-tracker/postgres:18.6-sha-1", "host:5000/team", {"sha-1": "v1.4.0"})
    assert there == "host:5000/team/postgres:18.6-sha-1"


def test_an_app_is_called_there_by_the_name_of_its_release() -> None:
    there = push.there("task-tracker/api:sha-1", "host:5000/team", {"sha-1": "v1.4.0"})
    assert there == "host:5000/team/api:v1.4.0"


@pytest.mark.parametrize("given", ["v1.4.0", "sha-0123456789ab"])
def test_a_release_has_a_version_or_a_commit_for_a_name(given: str) -> None:
    assert push.release(given) == given


@pytest.mark.parametrize("given", ["latest", "1.4.0", "v1.4", "sha-12", "v1.4.0-rc1"])
def test_what_is_no_name_of_a_release_is_refused_with_an_example(given: str) -> None:
    with pytest.raises(ValueError, match=r"write vX\.Y\.Z or sha-<commit>, as in v1\.4\.0"):
        push.release(given)
