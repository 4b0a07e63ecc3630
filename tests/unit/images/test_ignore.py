"""A .dockerignore decides what counts, as it decides what is sent."""

import pytest

from images import ignore

ONLY_NAMED = "*\n!tasktracker\n!requirements.txt\n**/__pycache__\n"


@pytest.mark.parametrize(
    ("text", "path", "out"),
    [
        ("node_modules", "node_modules/react/index.js", True),
        ("node_modules", "src/node_modules/react/index.js", False),
        ("**/node_modules", "src/node_modules/react/index.js", True),
        ("**/*.pyc", "main.pyc", True),
        ("*.md", "README.md", True),
        ("*.md", "docs/README.md", False),
        ("/dist/", "dist/index.html", True),
        ("temp?", "tempA/file", True),
        ("temp?", "temporary", False),
        ("[ab].txt", "a.txt", True),
        ("# README.md", "README.md", False),
        (ONLY_NAMED, "tasktracker/api/__init__.py", False),
        (ONLY_NAMED, "tasktracker/api/__pycache__/x.pyc", True),
        (ONLY_NAMED, "dashboard/package.json", True),
        ("a.b", "axb", False),
    ],
)
def test_a_path_is_left_out_by_the_last_rule_that_meets_it(text: str, path: str, out: bool) -> None:
    assert ignore.matches(path, ignore.parse(text)) is out


@pytest.mark.parametrize(
    ("text", "directory", "may"),
    [
        ("node_modules", "node_modules", False),
        ("node_modules", "src", True),
        (ONLY_NAMED, "dashboard", False),
        (ONLY_NAMED, "tasktracker", True),
        ("*\n!docs/api", "docs", True),
        ("*\n!**/keep.txt", "anything", True),
    ],
)
def test_a_directory_is_looked_into_only_if_something_in_it_may_be_sent(
    text: str, directory: str, may: bool
) -> None:
    assert ignore.may_hold(directory, ignore.parse(text)) is may
