"""A real Chromium without a window, and everything it complains of while a page is open."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 20

# Each violation as an event of the page, apart from what the console says of it (W3C CSP 3, 5.5).
NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`));
"""


@dataclass
class Complaints:
    """What went wrong in a page, in the browser's own words."""

    page: Page
    noted: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.noted.append(f"exception: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    @property
    def all(self) -> list[str]:
        violations = self.page.evaluate("window.violations")
        return [*self.noted, *(f"policy violation: {violation}" for violation in violations)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.noted.append(f"console {message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        self.noted.append(f"failed: {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.noted.append(f"{response.status}: {response.url}")


@contextmanager
def opened(url: str, key_pin: str | None = None) -> Iterator[tuple[Page, Complaints]]:
    """The page at an address, in a browser of its own that trusts one more key."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail(f"no browser: none of {', '.join(PROGRAMS)} is on PATH (`make test` brings it)")
    # Chromium's sandbox refuses to run as root, and the page is our own.
    arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
    if key_pin:
        arguments.append(f"--ignore-certificate-errors-spki-list={key_pin}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            page = browser.new_page()
            page.set_default_timeout(SECONDS * 1000)
            expect.set_options(timeout=SECONDS * 1000)
            page.add_init_script(NOTE_VIOLATIONS)
            complaints = Complaints(page)
            complaints.listen()
            page.goto(url)
            yield page, complaints
        finally:
            browser.close()
