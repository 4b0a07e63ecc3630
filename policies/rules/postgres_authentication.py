"""pg_hba.conf says who may log in and how; trust asks nothing, password sends it in clear."""

from collections.abc import Iterator

from policies.example import container, planned
from policies.files import files_of
from policies.inputs import Undecided
from policies.planned import CONTAINER, SERVICE_CONFIG, Planned
from policies.rule import ALWAYS, Config, Found, Rule, Severity
from policies.values import UNKNOWN


def check(resource: Planned, _: Config) -> Iterator[Found]:
    for file in files_of(resource):
        if file.path is UNKNOWN and _of_postgres(resource):
            yield Undecided(f"{file.where}.file")
        if file.name != "pg_hba.conf":
            continue
        if not isinstance(file.text, str):
            yield Undecided(file.where)
            continue
        for number, line in enumerate(file.text.splitlines(), 1):
            words = line.partition("#")[0].split()
            method = _method(words)
            if method in ("trust", "password", "md5"):
                yield f"line {number} of pg_hba.conf lets clients in by {method}"


def _of_postgres(resource: Planned) -> bool:
    return resource.type == CONTAINER and resource.workload.service == "postgres"


def _method(words: list[str]) -> str:
    """The method of a line: the word after the address, which may be two (address and mask)."""
    if not words or words[0].startswith("@") or words[0].startswith("include"):
        return ""
    place = 3 if words[0] == "local" else 4
    if place == 4 and len(words) > 5 and words[4][:1].isdigit():
        place = 5
    return words[place] if len(words) > place else ""


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
                    "content": "local all postgres peer\nhost all api samenet scram-sha-256\n",
                }
            ]
        ),
        planned(SERVICE_CONFIG, name="other", data="eA=="),
    ),
    fails=(
        container(
            uploads=[
                {"file": "/etc/postgresql/pg_hba.conf", "content": "host all all 0.0.0.0/0 trust"}
            ]
        ),
        planned(SERVICE_CONFIG, name="pg_hba.conf", dataRaw="host all all 10.0.0.0 255.0.0.0 md5"),
    ),
    check=check,
)
