"""A task, from the request that makes it to the search that finds it."""

import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from websockets.sync.client import connect

from tests.live.app.processes import wait_for
from tests.live.app.stack import Stack


def test_a_new_task_is_answered_with_its_id_and_becomes_done(stack: Stack) -> None:
    answer = stack.post("/api/tasks", {"title": "Fix the crash on login"})
    assert answer.status_code == 201
    assert answer.json()["status"] == "new"
    assert answer.headers["Location"] == f"/api/tasks/{answer.json()['id']}"
    stack.wait_until_done(answer.json()["id"])
    assert stack.get(answer.headers["Location"]).json()["kind"] == "bug"


def test_a_request_that_is_sent_again_with_its_key_makes_no_second_task(stack: Stack) -> None:
    content = {"title": f"once {uuid4()}", "description": "at the door"}
    key = {"Idempotency-Key": str(uuid4())}
    with ThreadPoolExecutor(8) as clients:
        sent = [clients.submit(stack.post, "/api/tasks", content, **key) for _ in range(8)]
        answers = [each.result() for each in sent]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["Location"] for answer in answers}) == 1
    listed = stack.get("/api/tasks?limit=50").json()["tasks"]
    assert [task["title"] for task in listed].count(content["title"]) == 1
    other = stack.post("/api/tasks", {"title": "another"}, **key)
    assert other.status_code == 422
    assert "used for another task" in other.json()["detail"][0]["msg"]


@pytest.mark.parametrize("key", ["x" * 256, "with a space"])
def test_a_key_that_is_none_is_refused(stack: Stack, key: str) -> None:
    answer = stack.post("/api/tasks", {"title": "x"}, **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["header", "Idempotency-Key"]


def test_search_finds_the_task_that_means_the_same(stack: Stack) -> None:
    wanted = stack.create("Deployment of the billing service is slow")
    other = stack.create("Water the plants in the kitchen")
    stack.wait_until_done(wanted, other)
    answer = stack.get("/api/tasks/search?q=deploying billing").json()["tasks"]
    assert answer[0]["id"] == wanted
    assert answer[0]["score"] > next((t["score"] for t in answer if t["id"] == other), -1)


def test_the_list_is_paged_newest_first_and_misses_none(stack: Stack) -> None:
    made = [stack.create(f"page {number}") for number in range(5)]
    seen: list[str] = []
    path = "/api/tasks?limit=2"
    for _ in range(3):
        page = stack.get(path).json()
        seen += [task["id"] for task in page["tasks"]]
        path = f"/api/tasks?limit=2&before={page['next']}"
    assert seen[:5] == made[::-1]
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "nul \x00 in it"}, "title"),
        ({"title": "x", "descripton": "misspelled"}, "descripton"),
        ({"title": "x", "contact": ""}, "contact"),
    ],
)
def test_a_wrong_task_is_refused_by_the_name_of_its_field(
    stack: Stack, content: dict[str, str], field: str
) -> None:
    answer = stack.post("/api/tasks", content)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", field]


def test_a_task_nobody_made_is_not_found(stack: Stack) -> None:
    answer = stack.get("/api/tasks/00000000-0000-7000-8000-000000000000")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "no task 00000000-0000-7000-8000-000000000000"


def test_a_listener_sees_a_task_made_and_then_done(stack: Stack) -> None:
    with connect(f"ws://127.0.0.1:{stack.api_port}/ws") as listener:
        made = stack.create("Add a dark mode")
        seen: list[str] = []
        while seen[-1:] != ["done"]:
            task = json.loads(listener.recv(timeout=10))
            if task["id"] == made:
                seen.append(task["status"])
    assert seen == ["new", "done"]


def test_a_request_id_goes_from_the_request_to_the_workers_log(stack: Stack) -> None:
    answer = stack.post("/api/tasks", {"title": "Trace me"}, **{"X-Request-ID": "trace-4711"})
    assert answer.headers["X-Request-ID"] == "trace-4711"
    stack.wait_until_done(answer.json()["id"])

    def processed() -> list[dict[str, str]]:
        lines = [json.loads(line) for line in stack.processes["worker"].log.splitlines()]
        return [
            line
            for line in lines
            if line["message"] == "task processed" and line.get("request_id") == "trace-4711"
        ]

    assert wait_for("the worker's line", processed)[0]["task"] == answer.json()["id"]
    assert any(
        line["message"] == "request" and line["request_id"] == "trace-4711"
        for line in map(json.loads, stack.processes["api"].log.splitlines())
    )


def test_a_request_id_that_could_forge_a_log_line_is_replaced(stack: Stack) -> None:
    answer = stack.get("/api/tasks", **{"X-Request-ID": 'x","level":"ERROR'})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_only_a_listed_origin_may_read_answers(stack: Stack) -> None:
    listed = stack.get("/api/tasks", Origin="https://tasks.example.org")
    other = stack.get("/api/tasks", Origin="https://evil.example.org")
    assert listed.headers["Access-Control-Allow-Origin"] == "https://tasks.example.org"
    assert "Access-Control-Allow-Origin" not in other.headers


def test_the_numbers_count_requests_by_route_and_tasks(stack: Stack) -> None:
    stack.wait_until_done(stack.create("Count me"))
    api = stack.get("/metrics").text
    assert 'http_requests_total{method="POST",route="/api/tasks",status="201"}' in api
    assert 'route="/api/tasks/{task_id}"' in api
    worker = stack.worker_says("/metrics").text
    assert 'tasks_processed_total{status="done"}' in worker
