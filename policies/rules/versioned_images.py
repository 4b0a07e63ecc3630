"""A tag such as stable, 18 or alpine3.19 moves like latest does, only with less warning: the
version of what an image stands on says nothing of what it runs. What the project builds is one
release: vX.Y.Z or sha-<commit>.
"""

import re
from collections.abc import Iterator

from policies.example import DIGEST, container, planned, service
from policies.image import parse
from policies.planned import IMAGE, REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

VERSION = re.compile(r"\d+\.\d+|^sha-[0-9a-f]{7,40}$|\d{6,}|\d{4}-\d\d-\d\d")
BASE = re.compile(
    r"(?:alpine|debian|ubuntu|ubi|fedora|rocky(?:linux)?|centos|amazonlinux|distroless)-?v?\d[\d.]*"
)
RELEASE = re.compile(r"^(v\d+\.\d+\.\d+([-+][\w.-]+)?|sha-[0-9a-f]{7,40})$")


class Own(Config):
    """Services whose images the project builds."""

    own: tuple[str, ...] = ("api", "worker", "migrations", "dashboard", "bot")


def check(resource: Planned, config: Own) -> Iterator[str]:
    image = parse(resource.image)
    if image.is_pinned and not image.tag:
        return
    own = resource.type in WORKLOADS and resource.workload.service in config.own
    if own and not resource.workload.is_filler and not RELEASE.match(image.tag):
        yield f"the tag {image.tag or 'latest'} is no release"
    elif not image.is_pinned and not VERSION.search(BASE.sub("", image.tag)):
        yield f"the tag {image.tag or 'latest'} moves"


rule = Rule(
    id="versioned-images",
    title="Tags are versions",
    severity=Severity.medium,
    frameworks=("CIS 5.28", "CKV_K8S_14", "audit I1"),
    why=__doc__,
    mend="Name a full version; what is built here is tagged vX.Y.Z or sha-<commit>.",
    levels=DEPLOYED,
    applies=(*WORKLOADS, REMOTE_IMAGE, IMAGE),
    config=Own,
    passes=(
        container(image="nginx:1.30.6"),
        container(image="nginx:1.30.6-alpine3.22"),
        container(image="alpine:3.22"),
        container(
            image="x/api:sha-0123abc", labels=[{"label": "tasktracker.service", "value": "api"}]
        ),
        service(spec={"image": f"nginx:stable@{DIGEST}"}),
        planned(REMOTE_IMAGE, name="pgvector/pgvector:0.8.0-pg18"),
        planned(IMAGE, imageName="api:v1.0.0"),
    ),
    fails=(
        container(image="nginx:stable"),
        container(image="node:alpine3.19"),
        container(image="python:3-alpine3.19"),
        container(image="x/api:main", labels=[{"label": "tasktracker.service", "value": "api"}]),
        service(spec={"image": "postgres:18"}),
        planned(REMOTE_IMAGE, name="nginx:alpine"),
        planned(IMAGE, imageName="api:dev"),
    ),
    check=check,
)
