"""A tag that moves makes a rollback, a restart and a second host run something else than what was
tested.
"""

from collections.abc import Iterator

from policies.example import DIGEST, container, planned, service
from policies.image import parse
from policies.planned import IMAGE, REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    image = parse(resource.image)
    if not image.is_pinned and image.tag in ("", "latest"):
        yield f"{resource.image or 'no image'} is latest"


rule = Rule(
    id="no-latest-tag",
    title="Images are not latest",
    severity=Severity.high,
    frameworks=(
        "CIS 5.28",
        "Trivy DS-0001",
        "Trivy KSV-0013",
        "CKV_K8S_14",
        "CKV_DOCKER_7",
        "hadolint DL3006",
        "hadolint DL3007",
        "audit I1",
    ),
    why=__doc__,
    mend="Name a version: name:v1.2.3, in prod with its digest.",
    levels=DEPLOYED,
    applies=(*WORKLOADS, REMOTE_IMAGE, IMAGE),
    passes=(
        container(image="nginx:1.30.6"),
        container(image="localhost:5000/api:sha-0123abc"),
        service(spec={"image": f"nginx@{DIGEST}"}),
        planned(REMOTE_IMAGE, name="nats:2.12.1"),
        planned(IMAGE, imageName="api:v1.0.0"),
    ),
    fails=(
        container(image="nginx:latest"),
        container(image="localhost:5000/nginx"),
        service(spec={"image": "nginx"}),
        planned(REMOTE_IMAGE, name="nats"),
        planned(IMAGE, imageName="api:latest"),
    ),
    check=check,
)
