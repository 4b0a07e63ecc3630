"""What a killed `up` has left, found by comparing what Pulumi knows with what the engine has."""

from ops import orphans, recover
from ops.orphans import Object
from ops.state import State

URN = "urn:pulumi:dev::task-tracker::tasktracker:stack:TaskTracker$docker:index/{}::{}"


def resource(kind: str, name: str, **more: object) -> dict[str, object]:
    type_ = f"docker:index/{kind}:{kind.title()}"
    return {"urn": URN.format(f"{kind}:{kind.title()}", name), "type": type_, **more}


STATE = State.model_validate(
    {
        "resources": [
            {"urn": "urn:pulumi:dev::task-tracker::pulumi:pulumi:Stack::x",
             "type": "pulumi:pulumi:Stack"},
            {"urn": "urn:provider::host", "type": "pulumi:providers:docker",
             "inputs": {"host": "ssh://deploy@prod.example.org"}},
            resource("container", "api", id="new"),
            resource("container", "api", id="old", delete=True),
            resource("container", "secrets-files", id="half", initErrors=["no space left"]),
            resource("network", "backend", id="net"),
        ],
        "pending_operations": [
            {"type": "creating", "resource": resource("container", "worker")},
        ],
    }
)  # fmt: skip


def test_what_the_state_knows_is_no_orphan_nor_what_waits_for_its_deletion() -> None:
    found = (Object("container", "new", "a"), Object("container", "old", "b"))
    assert orphans.orphans(found, STATE.ids) == ()


def test_containers_are_removed_before_the_networks_and_volumes_that_they_use() -> None:
    found = (Object("volume", "v", "v"), Object("network", "n", "n"), Object("container", "c", "c"))
    assert [o.kind for o in orphans.orphans(found, STATE.ids)] == ["container", "network", "volume"]


def test_what_was_being_created_is_named() -> None:
    found = recover.damage((), STATE, ())
    assert found.pending == ("creating worker",)
    assert found.creating


def test_a_container_whose_creation_failed_half_way_is_made_anew() -> None:
    assert [r.name for r in recover.damage((), STATE, ()).failed] == ["secrets-files"]


def test_a_stack_that_nothing_happened_to_is_whole() -> None:
    assert not recover.damage((), State(), ())


def test_the_engine_asked_is_the_one_of_the_stack() -> None:
    assert STATE.host == "ssh://deploy@prod.example.org"
    assert State().host is None
