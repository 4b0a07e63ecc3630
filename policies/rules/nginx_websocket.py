"""A socket that is idle for a minute is no dead socket; without the Upgrade headers it never
becomes one.
"""

import re
from collections.abc import Iterator

from policies.edge import Site, sites
from policies.example import edge, stack
from policies.nginx import contexts, place
from policies.planned import Stack
from policies.rule import Config, Found, Level, Levels, Rule, Severity

DAY = 86400  # seconds


def check(stack: Stack, _: Config) -> Iterator[Found]:
    for site in sites(stack):
        headers = dict(_named(site, "proxy_set_header"))
        for answer, timeouts in contexts(site.root, "proxy_read_timeout"):
            if answer.name != "location" or not re.search(r"/ws\b", " ".join(answer.args)):
                continue
            longest = max([_seconds(timeout.args[0]) for timeout in timeouts], default=60)
            if longest < DAY:
                yield site.owner, f"{place(answer)} ends a silent socket after {longest} s"
            if "upgrade" not in headers.get(place(answer), set()):
                site.require()
                yield site.owner, f"{place(answer)} passes no Upgrade header on"


def _named(site: Site, name: str) -> Iterator[tuple[str, set[str]]]:
    for answer, given in contexts(site.root, name):
        yield place(answer), {header.args[0].lower() for header in given if header.args}


def _seconds(text: str) -> int:
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "": 1}
    found = re.fullmatch(r"(\d+)([smhd]?)", text)
    return int(found[1]) * units[found[2]] if found else 0


rule = Rule(
    id="nginx-websocket",
    title="Sockets pass the edge and stay open",
    severity=Severity.low,
    frameworks=("audit E2",),
    why=__doc__,
    mend="Set proxy_read_timeout 86400s, and pass Upgrade and Connection on.",
    levels=Levels(Level.advisory, Level.mandatory, Level.mandatory),
    passes=(
        stack(
            edge(
                "server { location /ws { proxy_read_timeout 86400s; proxy_set_header "
                "Upgrade $http_upgrade; proxy_pass http://api; } }"
            )
        ),
        stack(),
    ),
    fails=(
        stack(edge("server { location /ws { proxy_pass http://api; } }")),
        stack(edge("server { location = /ws { proxy_read_timeout 1d; proxy_pass http://api; } }")),
    ),
    check=check,
)
