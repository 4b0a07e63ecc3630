"""Root inside is root outside as soon as one other barrier fails. An image's own user can't be
seen in a plan, so the user is named.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.example import container, service
from policies.exempt import fillers
from policies.image import parse
from policies.planned import WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity

# Groups that own what root owns, or through which one becomes root.
MIGHTY = {"root", "docker", "disk", "shadow", "sudo", "wheel", "kmem"}
ZERO = re.compile(r"[+-]?0+")  # runc reads an id as Go's Atoi does


class Images(Config):
    """Repositories (globs) whose images are known to run as a user of their own."""

    images_with_user: tuple[str, ...] = ()


def check(resource: Planned, config: Images) -> Iterator[str]:
    user = resource.workload.user
    name, _, group = user.partition(":")
    if user:
        if name in ("root", "") or ZERO.fullmatch(name):
            yield "user is root"
        elif group in MIGHTY or ZERO.fullmatch(group):
            yield "its group is as good as root"
    for added in resource.workload.spec.texts("groups" if resource.workload.swarm else "groupAdds"):
        if added in MIGHTY or ZERO.fullmatch(added):
            yield f"it is added to the group {added}"
    if user:
        return
    repository = parse(resource.workload.image).repository
    if not any(fnmatchcase(repository, known) for known in config.images_with_user):
        yield "no user is set, so the image decides, and most run as root"


rule = Rule(
    id="non-root-user",
    title="Nobody runs as root",
    severity=Severity.high,
    frameworks=(
        "CIS 4.1",
        "OWASP D02",
        "KICS 67fd0c4a",
        "Trivy DS-0002",
        "Trivy KSV-0012",
        "CKV_DOCKER_3",
        "hadolint DL3002",
        "PSS restricted",
        "audit R5",
        "audit E1",
    ),
    why=__doc__,
    mend="Set `user` to the numeric uid:gid the image is made for.",
    levels=DEPLOYED,
    applies=WORKLOADS,
    config=Images,
    exempt=fillers,
    passes=(
        container(image="api:v1.0.0", user="10001:10001", groupAdds=["10002"]),
        service(spec={"image": "api:v1.0.0", "user": "10001"}),
    ),
    fails=(
        container(image="api:v1.0.0"),
        container(image="api:v1.0.0", user="0:0"),
        container(image="api:v1.0.0", user="+0"),
        container(image="api:v1.0.0", user="-0:1"),
        container(image="api:v1.0.0", user="10001:+0"),
        container(image="api:v1.0.0", user="10001", groupAdds=["docker"]),
        service(spec={"image": "api:v1.0.0", "user": "10001", "groups": ["0"]}),
        service(spec={"image": "api:v1.0.0", "user": "root"}),
    ),
    check=check,
)
