"""What a build leaves behind is whole, and untouched if nothing changed."""

import json
from pathlib import Path

from images import built


def test_a_stack_reads_the_release_and_the_images(tmp_path: Path) -> None:
    file = tmp_path / "built.json"
    built.write("sha-1", {"api": "task-tracker/api:sha-1"}, file)
    assert json.loads(file.read_text()) == {
        "release": "sha-1",
        "images": {"api": "task-tracker/api:sha-1"},
    }


def test_nothing_half_written_stays(tmp_path: Path) -> None:
    built.write("sha-1", {}, tmp_path / "built.json")
    assert [path.name for path in tmp_path.iterdir()] == ["built.json"]


def test_an_unchanged_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "built.json"
    built.write("sha-1", {}, file)
    before = file.stat().st_ino
    built.write("sha-1", {}, file)
    assert file.stat().st_ino == before
    built.write("sha-2", {}, file)
    assert file.stat().st_ino != before
