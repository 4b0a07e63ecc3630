"""What a client of NATS may do, in the spellings its configuration has."""

from __future__ import annotations

import pytest

from policies.example import container
from policies.judge import Judge
from policies.rules.nats_authorization import rule


def found(permissions: str) -> list[str]:
    text = f"authorization {{ users: [ {{ user: a, password: $a, {permissions} }} ] }}"
    upload = {"file": "/etc/nats/nats-server.conf", "content": text}
    return [finding.fact for finding in Judge([rule]).resource(container(uploads=[upload]))]


@pytest.mark.parametrize(
    "permissions",
    [
        'permissions: {publish: ">"}',
        "permissions: {publish = >, subscribe: x}",
        'permissions: {publish: ["a.*"], subscribe: ["_INBOX.a.>", ">"]}',
        'permissions { publish { allow: ["a", ">"] } }',
        '"permissions": {"publish": {"allow": [">"], "deny": ["a"]}}',
        "permissions: {pub: '>'}",
        'permissions: {publish: ["*.>"], subscribe: x}',
        'permissions: {publish: ["*.*"], subscribe: x}',
        "permissions: {publish: x}",
        "permissions: {publish: {deny: [a]}, subscribe: x}",
    ],
)
def test_a_user_who_may_do_everything_is_found(permissions: str) -> None:
    assert found(permissions) == ["a user may publish or read every subject"]


@pytest.mark.parametrize(
    "permissions",
    [
        'permissions: {publish: ["$JS.API.>", "tasks.>"], subscribe: ["_INBOX.a.>"]}',
        'permissions: {publish: {allow: ["a.>"], deny: [">"]}, subscribe: a}',
        'permissions: {publish: {deny: ">"}, subscribe: ["_INBOX.>"]}',
    ],
)
def test_a_user_with_subjects_of_its_own_is_not(permissions: str) -> None:
    assert found(permissions) == []
