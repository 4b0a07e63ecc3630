"""NATS lets anybody publish and read everything unless its configuration names users, and what
each may do.
"""

import re
from collections.abc import Iterator

from policies.example import container, planned
from policies.files import files_of
from policies.inputs import Undecided
from policies.planned import CONTAINER, SERVICE_CONFIG, Planned
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.values import UNKNOWN, Secret

# Subjects as the configuration writes them: a list or one; a permission may hold them by a key.
_SUBJECTS = r"""(?:\[[^\]]*\]|["']?[^\s"',}\]]+["']?)"""
_GIVEN = rf"""(?:[:=]\s*)?(\{{[^}}]*\}}|{_SUBJECTS})"""


def check(resource: Planned, _: Config) -> Iterator[Found]:
    for file in files_of(resource):
        if file.path is UNKNOWN and _of_nats(resource):
            yield Undecided(f"{file.where}.file")
        elif re.match(r"^nats(-server)?[\w-]*\.conf$", file.name):
            if isinstance(file.text, str):
                yield from _server(re.sub(r"(?m)(?:#|//).*$", "", file.text))
            else:
                yield Undecided(file.where)
        elif file.name == "users.conf" and isinstance(file.text, str):
            yield from _users(file.text)  # with passwords in it, unknown until they are made


def _of_nats(resource: Planned) -> bool:
    return resource.type == CONTAINER and resource.workload.service == "nats"


def _server(text: str) -> Iterator[str]:
    if not re.sub(r"(?m)^\s*include\s.*$", "", text).strip():
        return  # it only leads to another file
    if "no_auth_user" in text:
        yield "no_auth_user lets clients in without a password"
    if not re.search(r"\b(authorization|accounts|operator|resolver)\b", text):
        yield "its configuration names no users"
    yield from _users(text)


def _users(text: str) -> Iterator[str]:
    users = len(re.findall(r"""["']?\b(?:user|nkey)["']?\s*[:=]""", text))
    permissions = len(re.findall(r"""["']?\bpermissions["']?\s*[:={]""", text))
    if users > permissions and "default_permissions" not in text:
        yield f"{users - permissions} of {users} users have no permissions of their own"
    allowed = re.sub(rf"""["']?\bdeny["']?\s*[:=]\s*{_SUBJECTS}""", "", text)
    for subjects in re.findall(rf"""\b(?:publish|subscribe|pub|sub)["']?\s*{_GIVEN}""", allowed):
        if ">" in re.split(r"""[\s,\[\]{}"':=]+""", subjects):
            yield "a user may publish or read every subject"


rule = Rule(
    id="nats-authorization",
    title="NATS knows its clients, and what each may do",
    severity=Severity.critical,
    frameworks=("OWASP D05", "audit S6"),
    why=__doc__,
    mend="Name a user per client under authorization, with its publish and subscribe subjects.",
    levels=ALWAYS,
    applies=(CONTAINER, SERVICE_CONFIG),
    passes=(
        container(
            uploads=[
                {
                    "file": "/etc/nats/nats-server.conf",
                    "content": "listen: 0.0.0.0:4222\nauthorization {\n  include users.conf\n}\n",
                },
                {
                    "file": "/run/secrets/users.conf",
                    "content": Secret(
                        'users: [{"user": "api", "permissions": {"publish": ["tasks.*"]}}]'
                    ),
                },
            ]
        ),
        planned(SERVICE_CONFIG, name="nats.conf", dataRaw="authorization { users = [] }"),
    ),
    fails=(
        container(
            uploads=[{"file": "/etc/nats/nats-server.conf", "content": "listen: 0.0.0.0:4222\n"}]
        ),
        container(
            uploads=[
                {
                    "file": "/run/secrets/users.conf",
                    "content": Secret("users: [{user: api}]"),
                }
            ]
        ),
        planned(
            SERVICE_CONFIG,
            name="nats.conf",
            dataRaw="accounts { A { users = [{user: a}] } }\nno_auth_user: a",
        ),
    ),
    check=check,
)
