"""A task goes the whole way: from a client outside, through every part, to a browser."""

import json
import secrets

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.live import browser
from tests.live.app.processes import wait_for
from tests.live.pulumi_stack import docker
from tests.live.site import Site

pytestmark = pytest.mark.parametrize("stack", ("dev", "prod"), indirect=True)


def unique(words: str) -> str:
    """A title that no other task has."""
    return f"{words} {secrets.token_hex(4)}"


def test_a_task_is_kept_processed_by_the_worker_and_found_by_likeness(site: Site) -> None:
    title = unique("Fix the crash of the invoice importer")
    created = site.create(title).json()
    assert created["title"] == title
    assert created["status"] == "new"
    assert site.done(created["id"])["kind"] == "bug"
    words = f"importer of invoices crashes {title.split()[-1]}"
    found = site.client.get("/api/tasks/search", params={"q": words}).json()["tasks"]
    assert found[0]["id"] == created["id"]
    assert 0.3 < found[0]["score"] <= 1


@pytest.mark.parametrize(("given", "kept"), [("", False), ("call-", True), ("call ", False)])
def test_the_request_id_of_the_answer_leads_to_the_logs_of_edge_api_and_worker(
    site: Site, given: str, kept: bool
) -> None:
    sent = given and given + secrets.token_hex(8)
    title = unique("Follow me")
    answer = site.client.post("/api/tasks", json={"title": title}, headers={"X-Request-ID": sent})
    request_id = answer.headers["X-Request-ID"]
    assert (request_id == sent) == kept
    site.done(answer.json()["id"])

    def logged(service: str) -> list[str]:
        lines = "\n".join(_log(name) for name in site.stack.containers(service)).splitlines()
        entries = [json.loads(line) for line in lines if request_id in line]
        return [entry.get("message", "") for entry in entries if entry["request_id"] == request_id]

    assert wait_for("the edge to log the request", lambda: logged("nginx"))
    assert "request" in wait_for("the api to log the request", lambda: logged("api"))
    assert "task processed" in wait_for("the worker to log it", lambda: logged("worker"))


def test_the_dashboard_shows_live_what_happens_elsewhere_and_breaks_no_policy(site: Site) -> None:
    with browser.opened(site.origin, site.key_pin) as (page, complaints):
        for part in ("live: connected", "api: ok", "database: ok", "nats: ok"):
            expect(page.locator("#parts")).to_contain_text(part)
        page.evaluate("window.before = true")

        elsewhere = unique("Made by another client")
        site.create(elsewhere)
        expect(_row(page, elsewhere)).to_contain_text("done")

        here = unique("Made by this page")
        page.get_by_label("Title").fill(here)
        page.get_by_role("button", name="Create task").click()
        expect(_row(page, here)).to_contain_text("done")

        page.get_by_role("searchbox").fill(elsewhere)
        expect(_row(page, elsewhere)).to_contain_text("100 % alike")
        assert page.evaluate("window.before"), "the page was loaded anew: nothing came live"
        assert complaints.all == []


def test_a_script_put_into_the_page_is_stopped_by_the_policy(site: Site) -> None:
    with browser.opened(site.origin, site.key_pin) as (page, complaints):
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
            }"""
        )
        assert page.evaluate("window.ran") is None
        assert any("policy violation: script-src" in complaint for complaint in complaints.all)


def _row(page: Page, title: str) -> Locator:
    return page.locator("#tasks li").filter(has_text=title)


def _log(container: str) -> str:
    return docker("logs", "--tail", "2000", container)
