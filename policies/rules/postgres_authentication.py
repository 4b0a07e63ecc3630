"""pg_hba.conf says who may log in and how; trust asks nothing, password sends it in clear."""

import re
from collections.abc import Iterator

from policies.example import container, planned
from policies.files import File, files_of
from policies.inputs import Undecided
from policies.planned import CONTAINER, SERVICE_CONFIG, Planned
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.values import UNKNOWN

SAFE = {"scram-sha-256", "peer", "cert", "reject"}
LOOSE = {
    *("trust", "password", "md5", "ident", "ldap", "gss", "sspi", "pam", "radius", "bsd", "oauth"),
}
# As hba.c reads it: words, quoted or not, joined by commas to one field.
FIELD = re.compile(r"""(?:"[^"\n]*"|[^\s",#])+(?:\s*,\s*(?:"[^"\n]*"|[^\s",#])+)*""")
LINE = re.compile(r"(?m)^[ \t]*(?:local|host(?:no)?(?:ssl|gssenc)?)[ \t]+\S+[ \t]+\S+")


def check(resource: Planned, _: Config) -> Iterator[Found]:
    for file in files_of(resource):
        if file.path is UNKNOWN and _of_postgres(resource):
            yield Undecided(f"{file.where}.file")
        if file.name == "pg_hba.conf" and not isinstance(file.text, str):
            yield Undecided(file.where)
        elif isinstance(file.text, str) and _is_hba(file, resource):
            yield from _faults(file.text)


def _of_postgres(resource: Planned) -> bool:
    return resource.type == CONTAINER and resource.workload.service == "postgres"


def _is_hba(file: File, resource: Planned) -> bool:
    """Whether Postgres reads it as such: by its name, or by what it holds (hba_file may say so)."""
    if file.name == "pg_hba.conf":
        return True
    return _of_postgres(resource) and bool(LINE.search(str(file.text)))


def _faults(text: str) -> Iterator[str]:
    joined = re.sub(r"\\\n", lambda _: " \0", text)  # a line goes on behind a backslash
    number = 1
    for line in joined.splitlines():
        fields = [field.replace('"', "") for field in FIELD.findall(_uncommented(line))]
        if fields and fields[0].startswith("include"):
            yield f"line {number} of pg_hba.conf includes what is not looked at"
        elif fields and (method := _method(fields)) not in SAFE:
            shown = method if method in LOOSE else "no method that is safe"
            yield f"line {number} of pg_hba.conf lets clients in by {shown}"
        number += 1 + line.count("\0")


def _uncommented(line: str) -> str:
    found = re.match(r"""(?:"[^"]*"|[^"#])*""", line.replace("\0", " "))
    return found[0] if found else ""


def _method(fields: list[str]) -> str:
    """The method of a line: the field after the address, which may be two (address and mask)."""
    place = 3 if fields[0] == "local" else 4
    if place == 4 and len(fields) > 5 and "/" not in fields[3] and re.match(r"[\d:]", fields[4]):
        place = 5
    return fields[place].lower() if len(fields) > place else "nothing"


rule = Rule(
    id="postgres-authentication",
    title="Postgres asks every client for a password",
    severity=Severity.critical,
    frameworks=("OWASP D05", "audit S6"),
    why=__doc__,
    mend="Use scram-sha-256 for hosts, and peer for the socket.",
    levels=ALWAYS,
    applies=(CONTAINER, SERVICE_CONFIG),
    passes=(
        container(
            uploads=[
                {
                    "file": "/etc/postgresql/pg_hba.conf",
                    "content": 'local all postgres peer  # "us"\n'
                    'host "my db", all api 10.0.0.0 255.0.0.0 scram-sha-256\n',
                }
            ]
        ),
        planned(SERVICE_CONFIG, name="other", data="eA=="),
    ),
    fails=(
        container(
            uploads=[{"file": "/pg_hba.conf", "content": 'host "my db" all all trust'}],
        ),
        container(
            uploads=[{"file": "/pg_hba.conf", "content": 'host all all 0.0.0.0/0 "trust"'}],
        ),
        container(
            uploads=[{"file": "/pg_hba.conf", "content": "host all all \\\n  samenet trust"}],
        ),
        container(
            uploads=[{"file": "/etc/own.conf", "content": "host all all samenet trust"}],
            labels=[{"label": "tasktracker.service", "value": "postgres"}],
        ),
        container(
            uploads=[
                {"file": "/etc/postgresql/pg_hba.conf", "content": "host all all 0.0.0.0/0 trust"}
            ]
        ),
        planned(SERVICE_CONFIG, name="pg_hba.conf", dataRaw="host all all 10.0.0.0 255.0.0.0 md5"),
    ),
    check=check,
)
