"""Only a digest says what runs: a tag can be pushed again."""

from collections.abc import Iterator

from policies.example import DIGEST, container, planned, service
from policies.image import parse
from policies.planned import REMOTE_IMAGE, WORKLOADS, Planned
from policies.rule import Config, Level, Levels, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    built = resource.type == REMOTE_IMAGE and resource.inputs.has("build")
    if not parse(resource.image).is_pinned and not built:
        yield f"{resource.image or 'no image'} has no whole digest"


rule = Rule(
    id="pin-image-digest",
    title="Images are pinned by digest",
    severity=Severity.medium,
    frameworks=("CIS 5.28", "CKV_K8S_43", "audit I1"),
    why=__doc__,
    mend="Append @sha256:… (docker image inspect shows it under RepoDigests).",
    levels=Levels(Level.disabled, Level.disabled, Level.mandatory),
    applies=(*WORKLOADS, REMOTE_IMAGE),
    passes=(
        container(image=f"nginx:1.30.6@{DIGEST}"),
        service(spec={"image": f"nginx@{DIGEST}"}),
        planned(REMOTE_IMAGE, name="api:v1.0.0", build={"context": "."}),
    ),
    fails=(
        container(image="nginx:1.30.6"),
        container(image="nginx:1.30.6@sha256:0a"),
        service(spec={"image": "nginx:1.30.6"}),
        planned(REMOTE_IMAGE, name="nats:2.12.1"),
    ),
    check=check,
)
