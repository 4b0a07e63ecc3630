"""What is open to the team alone: contacts, requeue and reseal, and the statistics."""

from cryptography.fernet import Fernet

from tests.live.app.stack import Stack, http


def sealed(stack: Stack, task: str) -> str:
    """The contact of a task as it is stored."""
    column = "convert_from(contact, 'UTF8')"
    return stack.postgres.owner(f"SELECT {column} FROM tasks WHERE id = '{task}'")


def test_a_contact_is_encrypted_in_the_database_and_read_by_admins_alone(stack: Stack) -> None:
    task = stack.create("Call back", contact="ada@example.org")
    path = f"/api/admin/tasks/{task}/contact"
    stored = sealed(stack, task)
    assert stored.startswith("gAAAA") and "ada" not in stored
    assert "ada@" not in stack.get(f"/api/tasks/{task}").text
    assert stack.get(path).status_code == 401
    assert stack.get(path, **stack.admin()).json() == {"contact": "ada@example.org"}


def test_a_new_key_reads_old_contacts_and_after_reseal_needs_the_old_key_no_more(
    stack: Stack,
) -> None:
    task = stack.create("Call back later", contact="grace@example.org")
    old, new = stack.encryption_key, Fernet.generate_key().decode()

    def restart_with(key: str) -> None:
        assert stack.processes["api"].end() == 0
        stack.encryption_key = key
        stack.start_api()

    def contact() -> dict[str, str]:
        answer = stack.get(f"/api/admin/tasks/{task}/contact", **stack.admin())
        return dict(answer.json())

    restart_with(new)
    assert "encrypted with another key" in contact()["detail"]
    assert "encrypted with another key" in stack.post("/api/admin/reseal", **stack.admin()).text
    restart_with(f"{new}\n{old}")
    assert contact() == {"contact": "grace@example.org"}
    before = sealed(stack, task)
    assert stack.post("/api/admin/reseal", **stack.admin()).json()["contacts"] >= 1
    assert sealed(stack, task) != before
    restart_with(new)
    assert contact() == {"contact": "grace@example.org"}


def test_statistics_need_the_user_and_the_password(stack: Stack) -> None:
    right = ("statistics", stack.statistics_password)
    for auth in (None, ("statistics", "wrong"), ("other", right[1])):
        answer = http.get(stack.url("/api/statistics"), auth=auth)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    counts = http.get(stack.url("/api/statistics"), auth=right).json()
    assert counts["total"] == sum(counts["by_status"].values()) > 0


def test_admin_calls_need_the_token(stack: Stack) -> None:
    assert stack.post("/api/admin/requeue").status_code == 401
    wrong = stack.post("/api/admin/requeue", Authorization="Bearer wrong")
    assert wrong.json() == {"detail": "send Authorization: Bearer <admin token>"}
    assert stack.post("/api/admin/requeue", **stack.admin()).status_code == 202
