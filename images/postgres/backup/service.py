"""The long-running process: sends WAL, runs the schedule, and tells how the backups are."""

import json
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from . import metrics, status, taking
from .archive import Sender
from .checkpointer import Waker
from .settings import Settings
from .status import Place, Status

CRONTAB = "/etc/backup/crontab"
PORT = 8080
SCHEDULER_PORT = 9746
JOBS_END_WITHIN = 50.0


class Service:
    """Everything that runs beside each other, and how it is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._started = time.monotonic()
        self._stopping = threading.Event()
        self.sender = Sender(settings, self._stopping)
        self._places: list[Place] = []
        self._looked = 0.0

    def status(self) -> Status:
        up = status.uptime(self._started)
        return status.look(self._settings, self._places, up, self.sender.trouble)

    def run(self) -> int:
        """Run until told to stop; 1 if a part of it ended by itself."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())
        self.sender.start()
        server = ThreadingHTTPServer(("0.0.0.0", PORT), handler(self))
        work = {
            "status": self._look,
            "beat": self._beat,
            "http": server.serve_forever,
            "checkpoint": Waker(self._settings, self._stopping).run,
        }
        threads: list[threading.Thread] = [self.sender]
        for name, run in work.items():
            threads.append(threading.Thread(target=run, name=name, daemon=True))
            threads[-1].start()
        with scheduler() as schedule:
            while not self._stopping.wait(0.5):
                ended = [thread.name for thread in threads if not thread.is_alive()]
                ended += ["schedule"] if schedule.poll() is not None else []
                if ended and not self._stopping.is_set():
                    print(f"{ended[0]} ended by itself", file=sys.stderr, flush=True)
                    schedule.terminate()
                    return 1
            # It waits for a backup that is being taken.
            schedule.terminate()
            try:
                schedule.wait(JOBS_END_WITHIN)
            except subprocess.TimeoutExpired:
                schedule.kill()
        return 0

    def _beat(self) -> None:
        """Tell the database's archive command that somebody sends."""
        file = Path(self._settings.spool) / "beat"
        while self.sender.is_alive():
            file.touch()
            if self._stopping.wait(1):
                break
        file.unlink(missing_ok=True)

    def _look(self) -> None:
        while True:
            self.look()
            if self._stopping.wait(self._settings.look_every):
                return

    def look(self) -> None:
        """Look at the repositories once, and note what the archive lacks."""
        self._places = status.places(self._settings, time.time())
        try:
            self._note_gaps()
        except OSError as error:  # the volume is full: the next look tries again
            print(f"status: the archive's gaps can't be noted: {error}", flush=True)

    def _note_gaps(self) -> None:
        """Keep what was given up until a later set makes it irrelevant."""
        file = self._settings.records / "gaps.json"
        known = taking.read(file) or {"segments": [], "since": ""}
        last = (taking.last_set(self._settings) or {}).get("taken", "")
        segments = set(self.sender.gaps)
        if known["segments"] and not (last and last > known["since"]):
            segments |= set(known["segments"])
        elif last and last > known["since"]:
            self.sender.gaps.clear()
        if sorted(segments) != known["segments"]:
            since = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime())
            taking.write(file, {"segments": sorted(segments), "since": since})


def scheduler() -> "subprocess.Popen[bytes]":
    """supercronic, with the stack's own schedule."""
    address = f"127.0.0.1:{SCHEDULER_PORT}"
    return subprocess.Popen(
        ["supercronic", "-passthrough-logs", "-prometheus-listen-address", address, CRONTAB]
    )


def handler(service: Service) -> type[BaseHTTPRequestHandler]:
    """Answers /health (503 and why, when something is wrong), /metrics and /status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            now = service.status()
            if self.path == "/metrics":
                self._answer(200, metrics.text(now), "text/plain; version=0.0.4")
            elif self.path == "/health":
                body = json.dumps({"status": "wrong" if now.troubles else "ok",
                                   "troubles": now.troubles})  # fmt: skip
                self._answer(503 if now.troubles else 200, body, "application/json")
            elif self.path == "/status":
                self._answer(200, json.dumps(asdict(now)), "application/json")
            else:
                self._answer(404, "{}", "application/json")

        def _answer(self, code: int, body: str, kind: str) -> None:
            content = body.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Every probe would be a line."""

    return Handler
