"""The bot as a container: from a message through the api and a worker, and back to its chat."""

import secrets

import pytest

from tests.live.app.processes import wait_for
from tests.live.pulumi_stack import docker
from tests.live.site import Site
from tests.live.telegram import Telegram

pytestmark = pytest.mark.parametrize("stack", ("prod",), indirect=True)

CHAT = 4711


def test_new_creates_a_task_and_the_chat_is_told_when_it_is_done(
    site: Site, telegram: Telegram
) -> None:
    title = f"Fix the leaking tap {secrets.token_hex(4)}"
    telegram.write(CHAT, f"/new {title}")
    expected = [
        (CHAT, f"“{title}” is noted."),
        (CHAT, f"“{title}” is done. It is a bug."),
    ]
    wait_for("both answers", lambda: [one for one in telegram.sent if title in one[1]] == expected)
    listed = site.client.get("/api/tasks?limit=50").json()["tasks"]
    assert [task["status"] for task in listed if task["title"] == title] == ["done"]


def test_its_place_in_the_talk_can_be_stored_in_the_bucket(site: Site) -> None:
    (container,) = site.stack.containers("sessions-backup")
    docker("exec", container, "backup", "save-sessions")
