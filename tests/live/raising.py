"""How the stacks come up that live tests look at: one of each environment, side by side."""

from pathlib import Path
from typing import Any

from tests.live import stacks
from tests.live.bucket import Bucket
from tests.live.pulumi_stack import PROJECT, PulumiStack, clear, docker
from tests.live.telegram import Telegram

# The first port of each on this machine, below the range that clients' own ports come from.
PORTS = {"dev": 28080, "staging": 28180, "prod": 28280}

BOT_LIMITS = {"cpus": 0.2, "memory": 128, "cpus_reserved": 0.1, "memory_reserved": 32}


def live(environment: str) -> tuple[str, str]:
    """Name and prefix of the stack of live tests."""
    return f"{environment}-live", f"{PROJECT}-{environment}-live"


def raise_stack(
    environment: str,
    images: dict[str, Any],
    folder: Path,
    backups: Bucket | None,
    telegram: Telegram | None,
) -> PulumiStack:
    """`<environment>-live`, brought up from nothing; `images` are as `images/build` writes them.

    Raises AssertionError with what Pulumi said.
    """
    name, prefix = live(environment)
    clear(name, prefix)  # what a test run that was killed, or kept, has left
    port = PORTS[environment]
    secrets: dict[str, str] = {}
    if environment == "dev":
        values = stacks.dev(prefix, port)
        values |= {"release": images["release"], "images": images["images"]}
    else:
        values = stacks.strict(environment, prefix, port, images)
        secrets = {
            "encryption-key": stacks.fernet_key(),
            **stacks.certificate(folder / "certificate"),
        }
    if backups:
        values["backups"] = values.get("backups", {}) | backups.settings()
        secrets |= backups.secrets
    if telegram:
        values["images"] = {**values["images"], "bot": trusting(values["images"]["bot"], telegram)}
        values["bot"] = {"limits": BOT_LIMITS, "base_url": telegram.url}
        secrets["telegram-bot-token"] = telegram.token
    stack = PulumiStack(name, values, secrets, folder)
    stack.up().succeeded()
    return stack


def trusting(image: str, telegram: Telegram) -> str:
    """The bot's image, by digest, with a certificate that this host can be Telegram by."""
    repository, _, release = image.partition("@")[0].rpartition(":")
    tag = f"{repository}-live:{release}"
    docker("image", "rm", "--force", tag, check=False)
    docker(
        "build", "--quiet", "--tag", tag, "--file", "-", str(telegram.certified),
        stdin=f"FROM {image}\nCOPY tls.crt /telegram.crt\nENV SSL_CERT_FILE=/telegram.crt\n",
    )  # fmt: skip
    docker("push", "--quiet", tag)
    pushed = docker("inspect", "--format", "{{index .RepoDigests 0}}", tag)
    return f"{tag}@{pushed.partition('@')[2]}"
