"""A local server that speaks what the bot uses of Telegram's HTTP API."""

import contextlib
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.live.stacks import certificate


class Telegram:
    """Hands out updates from an offset on, and keeps what the bot writes."""

    def __init__(
        self, token: str, address: str = "127.0.0.1", certified: Path | None = None
    ) -> None:
        """By TLS if there is a folder for its certificate."""
        self.token = token
        self.certified = certified
        self.updates: list[dict[str, object]] = []
        self.sent: list[tuple[int, str]] = []
        self.fails = False
        self.blocked: set[int] = set()  # chats that want to hear nothing
        telegram = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                _, bot, method = self.path.split("/")
                if bot != f"bot{token}":
                    self.answer(401, {"ok": False, "description": "Unauthorized"})
                elif telegram.fails:
                    self.answer(502, {"ok": False, "description": "Bad Gateway"})
                elif method == "getUpdates":
                    # A real one waits up to `timeout` seconds for the first update.
                    for _ in range(10):
                        new = [u for u in telegram.updates if u["update_id"] >= content["offset"]]
                        if new or telegram.closed.wait(0.1):
                            break
                    self.answer(200, {"ok": True, "result": new})
                elif content["chat_id"] in telegram.blocked:
                    self.answer(403, {"ok": False, "description": "Forbidden: blocked"})
                else:
                    telegram.sent.append((content["chat_id"], content["text"]))
                    self.answer(200, {"ok": True, "result": {}})

            def answer(self, status: int, content: object) -> None:
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(ConnectionError):  # a bot that ends waits no longer
                    self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.closed = threading.Event()
        self.server = ThreadingHTTPServer((address, 0), Handler)
        if certified:
            certificate(certified, f"IP:{address}")
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certified / "tls.crt", certified / "tls.key")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if certified else "http"
        self.url = f"{scheme}://{address}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def write(self, chat: int, text: str) -> None:
        """Let somebody write to the bot."""
        message = {"chat": {"id": chat}, "text": text, "date": 0}
        self.updates.append({"update_id": len(self.updates) + 1, "message": message})

    def close(self) -> None:
        self.closed.set()
        self.server.shutdown()
        self.server.server_close()
