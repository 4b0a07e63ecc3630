"""NATS lets anybody publish and read everything unless its configuration names users, and what
each may do.
"""

import re
from collections.abc import Iterator

from policies import nats
from policies.example import container, planned
from policies.files import File, files_of
from policies.inputs import Undecided
from policies.planned import CONTAINER, SERVICE_CONFIG, Planned
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.values import UNKNOWN, Secret

NAME = re.compile(r"nats(-server)?[\w-]*\.conf")


def check(resource: Planned, _: Config) -> Iterator[Found]:
    carried = list(files_of(resource))
    parts = {name for file in carried for name in _included(file)}
    for file in carried:
        own = _of_nats(resource)
        if file.path is UNKNOWN and own:
            yield Undecided(f"{file.where}.file")
        elif NAME.fullmatch(file.name) or (own and file.name not in parts and _may_be(file)):
            yield from _server(file)
        elif file.name == "users.conf" or (own and file.name in parts):
            yield from _part(file)  # with passwords in it, unknown until they are made


def _of_nats(resource: Planned) -> bool:
    return resource.type == CONTAINER and resource.workload.service == "nats"


def _may_be(file: File) -> bool:
    """Whether NATS may be started with it, whatever it is called: no key, no certificate."""
    return not (isinstance(file.text, str) and file.text.startswith("-----BEGIN"))


def _included(file: File) -> list[str]:
    """The names of the files it leads to."""
    if not isinstance(file.text, str):
        return []
    found = re.findall(r"""(?m)^[^#\n]*?\binclude\s+["']?([^\s"';}]+)""", file.text)
    return [path.rpartition("/")[2] for path in found]


def _server(file: File) -> Iterator[Found]:
    if not isinstance(file.text, str):
        yield Undecided(file.where)
        return
    try:
        configuration = nats.parsed(file.text)
    except ValueError as fault:
        yield f"{file.where} is no configuration of NATS: {fault}"
        return
    if not configuration.keys() - {nats.INCLUDE}:
        return  # it only leads to another file
    if not nats.names_users(configuration):
        yield "its configuration names no users"
    yield from nats.faults(configuration)


def _part(file: File) -> Iterator[str]:
    if isinstance(file.text, str):
        try:
            yield from nats.faults(nats.parsed(file.text))
        except ValueError as fault:
            yield f"{file.where} is no configuration of NATS: {fault}"


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
                        'users: [{"user": "api", "permissions": {"publish": ["tasks.*"], '
                        '"subscribe": ["_INBOX.>"]}}]'
                    ),
                },
            ]
        ),
        planned(
            SERVICE_CONFIG,
            name="nats.conf",
            dataRaw="authorization { users = [{user: a, permissions: {pub: x, sub: y}}] }",
        ),
    ),
    fails=(
        container(
            uploads=[{"file": "/etc/nats/nats-server.conf", "content": "listen: 0.0.0.0:4222\n"}]
        ),
        container(
            uploads=[{"file": "/etc/nats/nats.conf", "content": "authorization { }\nhttp: 8222"}]
        ),
        container(
            uploads=[{"file": "/etc/nats/my.cfg", "content": 'server_name: "authorization"'}],
            labels=[{"label": "tasktracker.service", "value": "nats"}],
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
