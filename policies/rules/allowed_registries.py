"""An image is a program somebody else wrote; only from registries the team trusts does one know
who.
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.example import container, planned, service
from policies.image import parse
from policies.planned import IMAGE, REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


class Registries(Config):
    """Registries images may come from; globs over registry/repository."""

    allowed: tuple[str, ...] = (
        "docker.io/*",
        "ghcr.io/*",
        "quay.io/*",
        "localhost:*",
        "127.0.0.1:*",
    )


def check(resource: Planned, config: Registries) -> Iterator[str]:
    image = parse(resource.image)
    place = f"{image.registry}/{image.repository}"
    if image.repository and not any(fnmatchcase(place, glob) for glob in config.allowed):
        yield f"{place} is not an allowed source"


rule = Rule(
    id="allowed-registries",
    title="Images come from allowed registries",
    severity=Severity.medium,
    frameworks=("CIS 4.2", "OWASP D13", "hadolint DL3026", "audit I8"),
    why=__doc__,
    mend="Use an image of an allowed registry, or add its registry to the rule's configuration.",
    levels=DEPLOYED,
    applies=(*WORKLOADS, REMOTE_IMAGE, IMAGE),
    config=Registries,
    passes=(
        container(image="nginx:1.30.6"),
        service(spec={"image": "ghcr.io/task-tracker/api:v1.0.0"}),
        planned(REMOTE_IMAGE, name="nats:2.12.1"),
        planned(IMAGE, imageName="ghcr.io/x/api:v1"),
    ),
    fails=(
        container(image="evil.example/nginx:1.30.6"),
        service(spec={"image": "evil.example:5000/nginx:1"}),
        planned(REMOTE_IMAGE, name="evil.example/n:1"),
    ),
    check=check,
)
