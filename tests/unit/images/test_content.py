"""The hash of a build changes with what goes into it, and with nothing else."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from images import content


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "main.py").write_text("print()\n")
    (tmp_path / ".dockerignore").write_text("**/__pycache__\nDockerfile\n")
    return tmp_path


def edit(context: Path) -> None:
    (context / "package" / "main.py").write_text("print(1)\n")


def rename(context: Path) -> None:
    (context / "package" / "main.py").rename(context / "package" / "start.py")


def make_executable(context: Path) -> None:
    (context / "package" / "main.py").chmod(0o755)


def add(context: Path) -> None:
    (context / "package" / "empty").touch()


def link(context: Path) -> None:
    (context / "other").symlink_to("package")


def edit_the_ignored_dockerfile(context: Path) -> None:
    (context / "Dockerfile").write_text("FROM scratch\nUSER 1\n")


@pytest.mark.parametrize(
    "change", [edit, rename, make_executable, add, link, edit_the_ignored_dockerfile]
)
def test_a_change_of_what_is_built_changes_the_hash(
    context: Path, change: Callable[[Path], None]
) -> None:
    before = content.of_files(context)
    change(context)
    assert content.of_files(context) != before


def test_times_and_what_is_ignored_change_nothing(context: Path) -> None:
    before = content.of_files(context)
    os.utime(context / "package" / "main.py", (0, 0))
    (context / "package" / "__pycache__").mkdir()
    (context / "package" / "__pycache__" / "main.pyc").write_bytes(b"compiled")
    assert content.of_files(context) == before


def test_two_links_to_different_places_are_different(context: Path) -> None:
    (context / "link").symlink_to("package")
    before = content.of_files(context)
    (context / "link").unlink()
    (context / "link").symlink_to("Dockerfile")
    assert content.of_files(context) != before


def test_arguments_count_in_whatever_order_they_come() -> None:
    one = content.of_build("sha-1", {"A": "1", "B": "2"})
    assert content.of_build("sha-1", {"B": "2", "A": "1"}) == one
    assert content.of_build("sha-1", {"A": "2", "B": "1"}) != one
    assert content.of_build("sha-2", {"A": "1", "B": "2"}) != one


def test_parts_never_run_together() -> None:
    assert content.short([b"ab", b"c"]) != content.short([b"a", b"bc"])


def test_the_hash_is_sha_and_twelve_digits() -> None:
    name, _, digits = content.short([b"any"]).partition("-")
    assert name == "sha"
    assert len(digits) == 12
    assert set(digits) <= set("0123456789abcdef")
