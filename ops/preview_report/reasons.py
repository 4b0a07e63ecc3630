"""Why a resource changes, in words: which inputs, and of those with names which; never a value."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from components.engines.docker_presence import NUMBER
from ops.preview_report.course import Course, labels
from ops.preview_report.event_log import VOLUME

GONE = "not on the host any more, made again"


def because(course: Course, names: Mapping[str, str]) -> str:
    """The reason for a change; empty for what is new or goes. `names` are those of volumes."""
    before = course.before.data if course.before else {}
    after = course.after.data if course.after else {}
    found = [GONE] if course.made_again else []
    for reason in course.reasons:
        told = DETAILS[reason](before, after, names) if reason in DETAILS else []
        if course.made_again and reason in ("labels", "triggers") and not told:
            continue
        found.append(" ".join([f"`{reason}`", ", ".join(told)]).strip())
    return "; ".join(found)


def volume_names(plan: Sequence[Course]) -> dict[str, str]:
    """Names in the program of the volumes that the plan has, by their names on the host."""
    states = [s for c in plan if c.type == VOLUME for s in (c.before, c.after) if s]
    return {str(state.data.get("name")): state.name for state in states}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    keys = {**before, **after}
    return sorted(key for key in keys if before.get(key) != after.get(key))


def _image(before: Mapping[str, Any], after: Mapping[str, Any], _: Mapping[str, str]) -> list[str]:
    old, new = before.get("image"), after.get("image")
    if not isinstance(old, str) or not isinstance(new, str):
        return []
    short = [_version(old), _version(new)]
    return [" → ".join([old, new] if short[0] == short[1] else short)]


def _version(image: str) -> str:
    """The tag of an image; enough to tell one version from another."""
    reference, _, digest = image.partition("@sha256:")
    tag = reference.rpartition("/")[2].rpartition(":")[2]
    return f"{tag}@{digest[:8]}" if digest else tag


def _envs(before: Mapping[str, Any], after: Mapping[str, Any], _: Mapping[str, str]) -> list[str]:
    def named(state: Mapping[str, Any]) -> dict[str, str]:
        given = state.get("envs")
        texts = [text for text in given if isinstance(text, str)] if isinstance(given, list) else []
        return {text.partition("=")[0]: text for text in texts if "=" in text}

    return _changed(named(before), named(after))


def _labels(before: Mapping[str, Any], after: Mapping[str, Any], _: Mapping[str, str]) -> list[str]:
    return [name for name in _changed(labels(before), labels(after)) if name != NUMBER]


def _volumes(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> list[str]:
    def mounted(state: Mapping[str, Any]) -> Iterator[str]:
        given = state.get("volumes")
        for volume in given if isinstance(given, list) else []:
            if isinstance(volume, dict) and isinstance(volume.get("volumeName"), str):
                yield volume["volumeName"]

    differ = {*mounted(before)} ^ {*mounted(after)}
    return sorted({names[name] for name in differ if name in names})


_Detail = Callable[[Mapping[str, Any], Mapping[str, Any], Mapping[str, str]], list[str]]
DETAILS: Mapping[str, _Detail] = {
    "image": _image,
    "envs": _envs,
    "labels": _labels,
    "volumes": _volumes,
}
