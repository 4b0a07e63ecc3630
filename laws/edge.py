"""Laws of the edge: how it proves who it is, and whom it answers."""

import re
from collections.abc import Iterator

from laws.case import Case
from mistakes import Mistake

# What a browser sends as Origin; the api has the same (app/tasktracker/settings.py), and a test
# holds the two together, as neither may import the other.
ORIGIN = re.compile(r"https?://([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


def has_tls(case: Case) -> Iterator[Mistake]:
    """Staging and prod answer by TLS, with a certificate that is there (audit E5)."""
    edge = case.values.edge
    if case.strict and edge.https_port is None:
        yield Mistake("edge.https_port", "is missing", "staging and prod have TLS: give the port")
    if edge.https_port is None:
        return
    for name, path in (("tls-certificate", edge.certificate_file), ("tls-key", edge.key_file)):
        key = f"edge.{name.removeprefix('tls-')}_file"
        if name in case.secrets:
            continue
        if path is not None:
            yield Mistake(key, "there is no such file here, or it can't be read", "mend the path")
        else:
            yield Mistake(
                name, "is missing",
                f"pulumi config set --secret task-tracker:{name} < FILE, or name its file in {key}",
            )  # fmt: skip


def cors_is_a_list_of_origins(case: Case) -> Iterator[Mistake]:
    """The api starts with nothing else, as nothing else matches what browsers send (audit E8)."""
    for origin in case.values.edge.cors_origins:
        if origin == "*":
            yield Mistake("edge.cors_origins", "lets everybody call", "list the origins")
        elif not ORIGIN.fullmatch(origin):
            fix = "write https://host[:port], in lower case and without a closing slash"
            yield Mistake("edge.cors_origins", "holds no origin", fix)
