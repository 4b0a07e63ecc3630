"""The permissions the application ships name the subjects that it uses."""

import fnmatch
import json
from pathlib import Path

import pytest
from tasktracker import subjects

ALLOWED = json.loads((Path(__file__).parents[3] / "app/nats-permissions.json").read_text())


@pytest.mark.parametrize(
    ("user", "verb", "subject"),
    [
        ("api", "publish", subjects.NEW_TASKS),
        ("api", "publish", subjects.CHANGES),
        ("api", "subscribe", subjects.CHANGES),
        ("worker", "publish", subjects.NEXT_TASK),
        ("worker", "publish", subjects.CHANGES),
        ("worker", "publish", f"$JS.ACK.{subjects.STREAM}.{subjects.CONSUMER}.>"),
        ("migrations", "publish", f"$JS.API.STREAM.CREATE.{subjects.STREAM}"),
        ("migrations", "publish", f"$JS.API.STREAM.UPDATE.{subjects.STREAM}"),
    ],
)
def test_a_user_may_do_its_work(user: str, verb: str, subject: str) -> None:
    assert subject in ALLOWED[user][verb]


@pytest.mark.parametrize("user", ALLOWED)
def test_a_user_listens_to_no_answers_but_its_own(user: str) -> None:
    inboxes = [s for s in ALLOWED[user]["subscribe"] if s.startswith("_INBOX")]
    assert inboxes == [f"_INBOX.{user}.>"]


@pytest.mark.parametrize("user", ALLOWED)
def test_no_user_may_do_everything_with_streams(user: str) -> None:
    for subject in ALLOWED[user]["publish"]:
        assert not fnmatch.fnmatch("$JS.API.STREAM.DELETE.TASKS", subject.replace(">", "*"))
