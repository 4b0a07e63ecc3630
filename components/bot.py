"""The Telegram bot: off unless a stack turns it on."""

from collections.abc import Sequence

import pulumi

from components.api import PORT as API_PORT
from components.application import PROBE
from components.args import Args
from components.engine import Engine
from components.networks import EGRESS, INTEGRATIONS
from components.secrets import Secret
from components.workload import Attachment, Health, Limits, Mount, Workload

UID = 10004
PORT = 8080
SESSIONS = "/sessions"


class BotArgs(Args):
    """One bot: its token, and where Telegram answers."""

    engine: Engine
    image: str
    release: str
    limits: Limits
    token: Secret
    base_url: str
    after: Sequence[pulumi.Resource] = ()


class Bot(pulumi.ComponentResource):
    """One container: Telegram answers one poller at a time. Its place in the talk is kept."""

    def __init__(
        self, name: str, args: BotArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:bot:Bot", name, None, opts)
        self.sessions = args.engine.data_volume("telegram-sessions", parent=self)
        server = args.engine.service(
            workload(name, args, self.sessions), parent=self, after=args.after
        )
        self.register_outputs({"addresses": list(server.addresses)})


def workload(name: str, args: BotArgs, sessions: pulumi.Output[str]) -> Workload:
    """It reaches Telegram and the api, and neither database nor NATS."""
    return Workload(
        name=name,
        image=args.image,
        uid=UID,
        environment={
            "TELEGRAM_BOT_TOKEN_FILE": "/run/secrets/telegram-bot-token",
            "TELEGRAM_BASE_URL": args.base_url,
            "API_URL": f"http://api:{API_PORT}",
            "SESSIONS_DIR": SESSIONS,
            "LOG_LEVEL": "INFO",
            "RELEASE": args.release,
        },
        networks=(Attachment(network=INTEGRATIONS), Attachment(network=EGRESS, answers=False)),
        secrets=(args.token.file("telegram-bot-token"),),
        mounts=(Mount(volume=sessions, path=SESSIONS),),
        tmpfs={"/tmp": 16},
        limits=args.limits,
        health=Health(
            command=(PROBE, f"http://127.0.0.1:{PORT}/health"),
            interval=30,
            timeout=10,
            retries=3,
            start_period=20,
        ),
        stop_grace=30,
        exclusive=True,
    )
