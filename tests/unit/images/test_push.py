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
    there = push.there("task-tracker/postgres:18.6-sha-1", "host:5000/team")
    assert there == "host:5000/team/postgres:18.6-sha-1"
