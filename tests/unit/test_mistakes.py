"""What is said of a wrong stack file: the key, its fault, the fix, and never the value."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mistakes import Mistake, StackFileError, explain, unknown
from stack_file import StackSettings
from tests.unit.stack_files import stack_object


def said(path: str, value: Any) -> list[str]:
    text = json.dumps(stack_object("prod", {path: value}))
    with pytest.raises(ValidationError) as refused:
        StackSettings.model_validate_json(text, strict=True)
    return [str(mistake) for mistake in explain(refused.value, StackSettings)]


def test_a_misspelled_key_is_told_with_the_nearest() -> None:
    assert said("api.pool.sise", 3) == ["api.pool.sise: is not a key; did you mean 'size'?"]


def test_a_key_like_no_other_is_told_with_all_there_are() -> None:
    (text,) = said("nats.xyz", 3)
    assert text == "nats.xyz: is not a key; known here: limits"


def test_a_missing_key_is_told_with_the_place_that_explains_it() -> None:
    (text,) = said("worker.pool", None)
    assert text == "worker.pool: is missing; add it; schema/stack-file.json says what it is"


def test_a_fault_of_our_own_words_brings_its_fix() -> None:
    (text,) = said("images.nginx", "nginx:latest")
    assert text == "images.nginx: moves; name a version, as in name:v1.2.3"


def test_a_fault_of_a_type_leads_to_the_schema() -> None:
    (text,) = said("api.replicas", "two")
    assert text == "api.replicas: input should be a valid integer; see schema/stack-file.json"


def test_the_value_is_never_told() -> None:
    assert "canary" not in "".join(said("edge.address", "canary") + said("api", "canary"))


def test_what_is_no_object_at_all_is_told_so() -> None:
    with pytest.raises(ValidationError) as refused:
        StackSettings.model_validate_json('"canary"', strict=True)
    (mistake,) = explain(refused.value, StackSettings)
    assert str(mistake).startswith("stack: is not an object; write it as YAML keys")


def test_all_mistakes_are_told_at_once_with_the_file_they_are_in() -> None:
    error = StackFileError("prod", [Mistake("a", "b", "c"), Mistake("d", "e", "f")])
    assert str(error) == (
        "the configuration of stack 'prod' (Pulumi.prod.yaml) has 2 mistakes:\n"
        "  - a: b; c\n  - d: e; f\nNothing was touched."
    )


def test_one_mistake_is_a_mistake() -> None:
    assert " has a mistake:\n" in str(StackFileError("dev", [Mistake("a", "b", "c")]))


def test_a_name_is_compared_with_those_that_are_read() -> None:
    assert unknown("x.api", "api", ["apis", "worker"]).fix == "did you mean 'apis'?"
