"""A real Chromium without a window, and everything it complains of while a page is open."""

import asyncio
import shlex
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, Response, expect, sync_playwright

from tests.live import cabin

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
    with _cabin(program, urlsplit(url).port or 80) as started, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=started, args=arguments)
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


@contextmanager
def _cabin(program: str, port: int) -> Iterator[Path]:
    """The program to start instead: the browser in a network of its own, with this one way out.

    A browser ends its requests whenever an interface of its machine comes or goes
    (ERR_NETWORK_CHANGED), and each container that starts brings one.
    """
    with tempfile.TemporaryDirectory() as name:
        way, script = Path(name) / "way", Path(name) / "browser"
        command = ["unshare", "--net", "--", sys.executable, cabin.__file__, str(way), str(port)]
        script.write_text(f'#!/bin/sh\nexec {shlex.join([*command, program])} "$@"\n')
        script.chmod(0o700)
        loop = asyncio.new_event_loop()

        async def inside(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await cabin.join((reader, writer), await asyncio.open_connection("127.0.0.1", port))

        loop.run_until_complete(asyncio.start_unix_server(inside, way))
        serving = threading.Thread(target=loop.run_forever, daemon=True)
        serving.start()
        try:
            yield script
        finally:
            loop.call_soon_threadsafe(loop.stop)
            serving.join()
