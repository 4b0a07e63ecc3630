"""Inputs as plain data, whoever hands them out."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi_policy.deserialize import deserialize_properties
from pulumi_policy.proxy import UNKNOWN_ARRAY_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy

from policies.inputs import Inputs, Undecided
from policies.values import UNKNOWN, Secret, camel, plain

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "value": "hunter2"}
OUTPUT = {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}


def struct(value: dict[str, Any]) -> Struct:
    made = Struct()
    made.update(value)
    return made


@pytest.mark.parametrize(
    "handed_out",
    [
        lambda value: struct(value),
        lambda value: unknown_checking_proxy(value),
        lambda value: unknown_checking_proxy(deserialize_properties(value, True)),
        lambda value: value,
    ],
    ids=["struct", "proxy", "secrets-proxy", "json"],
)
def test_the_same_inputs_read_the_same(handed_out: Any) -> None:
    given = {
        "image": "api:v1.0.0",
        "memory": 512.0,
        "readOnly": True,
        "envs": ["A=1", UNKNOWN_STRING_VALUE],
        "ports": [{"internal": 80.0, "__defaults": ["ip"]}],
        "mounts": UNKNOWN_ARRAY_VALUE,
        "user": None,
        "__defaults": [],
    }
    assert plain(handed_out(given)) == {
        "image": "api:v1.0.0",
        "memory": 512.0,
        "readOnly": True,
        "envs": ["A=1", UNKNOWN],
        "ports": [{"internal": 80.0}],
        "mounts": UNKNOWN,
        "user": None,
    }


def test_a_secret_is_read_and_known_for_one() -> None:
    read = plain(struct({"content": SECRET}))
    assert read == {"content": "hunter2"}
    assert isinstance(read["content"], Secret)


def test_a_list_with_a_secret_is_secret_to_its_last_text() -> None:
    read = plain({"envs": {**SECRET, "value": ["A=1", {"b": "c"}]}})
    assert isinstance(read["envs"][0], Secret) and isinstance(read["envs"][1]["b"], Secret)


def test_an_output_is_its_value_or_unknown() -> None:
    assert plain({"a": {**OUTPUT, "value": "x"}, "b": OUTPUT}) == {"a": "x", "b": UNKNOWN}
    assert isinstance(plain({"a": {**OUTPUT, "value": "x", "secret": True}})["a"], Secret)


def test_a_reference_to_a_resource_without_an_id_is_unknown() -> None:
    reference = {SIGNATURE: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "u"}
    assert plain({"a": reference}) == {"a": UNKNOWN}


def test_names_become_the_schemas_and_the_users_words_stay() -> None:
    given = {"read_only": True, "log_opts": {"max_size": 1}, "mounts": [{"read_only": False}]}
    assert camel(given) == {
        "readOnly": True,
        "logOpts": {"max_size": 1},
        "mounts": [{"readOnly": False}],
    }


def test_reading_an_unknown_tells_its_path() -> None:
    inputs = Inputs({"taskSpec": {"containerSpec": {"image": UNKNOWN}}})
    with pytest.raises(Undecided, match=r"taskSpec\.containerSpec\.image"):
        inputs.inside("taskSpec", "containerSpec").text("image")


def test_an_unknown_element_hides_no_known_one() -> None:
    read = []
    with pytest.raises(Undecided, match=r"envs\[0\]"):
        for text in Inputs({"envs": [UNKNOWN, "A=1", "B=2"]}).texts("envs"):
            read.append(text)
    assert read == ["A=1", "B=2"]


def test_what_is_absent_is_empty() -> None:
    inputs = Inputs({"image": None})
    assert (inputs.text("image"), inputs.number("memory"), inputs.flag("wait")) == ("", 0.0, False)
    assert list(inputs.each("ports")) == [] and inputs.inside("a", "b").data == {}


def test_the_names_of_a_map_are_read_without_its_values() -> None:
    assert Inputs({"env": {"A": UNKNOWN}}).names("env") == ["A"]
