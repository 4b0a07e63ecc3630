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
from policies.values import Secret


def check(resource: Planned, _: Config) -> Iterator[Found]:
    for file in files_of(resource):
        if not re.match(r"^nats(-server)?[\w-]*\.conf$", file.name):
            if file.name == "users.conf" and isinstance(file.text, str):
                yield from _users(file.text)
            continue  # users hold passwords: unknown until they are made, and judged then
        if not isinstance(file.text, str):
            yield Undecided(file.where)
            continue
        text = re.sub(r"(?m)(?:#|//).*$", "", file.text)
        if re.fullmatch(r"\s*include\s+\S+\.conf['\"]?\s*", text):
            continue  # a pointer: what it leads to is judged where it is uploaded
        if "no_auth_user" in text:
            yield "no_auth_user lets clients in without a password"
        if not re.search(r"\b(authorization|accounts|operator|resolver)\b\s*[:={]?", text):
            yield "its configuration names no users"
        if re.search(r"\b(authorization|accounts)\b", text):
            yield from _users(text)


def _users(text: str) -> Iterator[str]:
    users = len(re.findall(r"""["']?\b(?:user|nkey)["']?\s*[:=]""", text))
    permissions = len(re.findall(r"""["']?\bpermissions["']?\s*[:={]""", text))
    if users > permissions and "default_permissions" not in text:
        yield f"{users - permissions} of {users} users have no permissions of their own"
    if re.search(r"""["']?(?:publish|subscribe|pub|sub)["']?\s*[:=]\s*\[?\s*["']>["']""", text):
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
