"""`python -m tasktracker.api`: serves until SIGTERM, then answers what it has accepted."""

import os
import signal
import sys
import tempfile

import uvicorn
from uvicorn.supervisors import Multiprocess

from tasktracker import logs
from tasktracker.environment import from_environment
from tasktracker.settings import Api

DRAIN_SECONDS = 20
# Longer than the edge keeps a connection to us idle (4 s; 60 s is nginx's default): who closes
# first must be the side that sends, or a request meets a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
# On a host under load a process is slow, not stuck; to kill it drops the requests it has.
STUCK_SECONDS = 30


class Processes(Multiprocess):
    """Several server processes on one socket.

    Uvicorn's own holds the socket until the last of them has ended: meanwhile new connections
    would be accepted by the kernel, answered by nobody, and reset.
    """

    def terminate_all(self) -> None:
        for socket in self.sockets:
            socket.close()
        super().terminate_all()


def failed(server: uvicorn.Server) -> bool:
    """Whether a server stopped by a fault: a loop of the application ended before it did."""
    lifespan = getattr(server, "lifespan", None)  # there is none before it has started
    return lifespan is not None and lifespan.should_exit


def main() -> None:
    settings = from_environment(Api)
    logs.start("api", settings.release, settings.log_level)
    if settings.web_concurrency > 1:
        # Read by prometheus_client on its import, which happens in the server processes.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="metrics-")
    config = uvicorn.Config(
        "tasktracker.api.application:create",
        factory=True,
        host="0.0.0.0",
        port=settings.port,
        workers=settings.web_concurrency,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_worker_healthcheck=STUCK_SECONDS,
    )
    if settings.web_concurrency > 1:
        Processes(config, [config.bind_socket()]).run()
        return
    server = uvicorn.Server(config)
    # When uvicorn has stopped it raises the signal once more.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1 if failed(server) else 0))
    server.run()
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
