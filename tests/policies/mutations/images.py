"""What runs: its registry, its tag, its digest, its release."""

from policies.image import parse
from policies.planned import REMOTE_IMAGE
from tests.policies.draft import Draft
from tests.policies.mutation import ALL, RELEASED, Change, Mutation

DIGEST = "sha256:" + "0a" * 32
IMAGES = ("postgres", "nats", "nginx", "api", "worker", "migrations", "dashboard", "files")
PULLED = tuple(f"{name}-image" for name in IMAGES)


def image(form: str) -> Change:
    """Another reference, from the parts of its own."""

    def change(draft: Draft, name: str) -> None:
        pulled = name in PULLED
        data = draft.data(name, REMOTE_IMAGE) if pulled else draft.data(name)
        key = "name" if pulled else "image"
        old = parse(data[key])
        place = f"{old.registry}/{old.repository}"
        data[key] = form.format(place=place, tag=old.tag, digest=old.digest, name=old.name)

    return change


def thrown_away(draft: Draft, name: str) -> None:
    draft.data(name, REMOTE_IMAGE)["keepLocally"] = False


LATEST = ("no-latest-tag",)
EVERYWHERE = (*ALL, *PULLED)

MUTATIONS = (
    Mutation("latest", (*LATEST, "pin-image-digest"), image("{place}:latest"), EVERYWHERE),
    Mutation("no tag", (*LATEST, "versioned-images"), image("{place}"), EVERYWHERE),
    Mutation("no digest", ("pin-image-digest",), image("{place}:{tag}"), EVERYWHERE),
    Mutation("half a digest", ("pin-image-digest",), image("{place}:{tag}@sha256:0a"), EVERYWHERE),
    Mutation("a tag of its base", ("versioned-images",), image("{place}:3-alpine3.19"), EVERYWHERE),
    Mutation("a tag that moves", ("versioned-images",), image("{place}:stable"), EVERYWHERE),
    Mutation(
        "foreign registry",
        ("allowed-registries",),
        image("evil.example/{name}:{tag}@{digest}"),
        EVERYWHERE,
    ),
    Mutation("another release", ("one-release",), image("{place}:v0.0.9@" + DIGEST), RELEASED),
    Mutation(
        "a branch", ("versioned-images", "one-release"), image("{place}:main@" + DIGEST), RELEASED
    ),
    Mutation("image thrown away", ("images-kept",), thrown_away, PULLED),
)
