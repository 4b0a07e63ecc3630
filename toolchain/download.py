"""The official release of Pulumi, where its publisher can be reached."""

import hashlib
import os
import platform
import re
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

from toolchain.cache import Cache
from toolchain.pins import Pins
from toolchain.progress import Meter, command
from toolchain.pulumi import Pulumi

SITE = "https://get.pulumi.com"
PATIENCE = 5.0
"""Seconds until a site that does not answer counts as out of reach."""
ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


def reachable(site: str = SITE, patience: float = PATIENCE) -> bool:
    """Whether the site answers in time, the look-up of its name included."""
    answered = threading.Event()

    def attempt() -> None:
        request = urllib.request.Request(site, method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=patience).close()
        except urllib.error.HTTPError:
            pass
        except OSError:
            return
        answered.set()

    # A look-up has no time limit of its own, so it gets a thread that may be left behind.
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(patience)
    return answered.is_set()


def archive(release: str) -> str:
    """The name of the archive for this machine."""
    machine = platform.machine().lower()
    return (
        f"pulumi-v{release}-{platform.system().lower()}-"
        f"{ARCHITECTURES.get(machine, machine)}.tar.gz"
    )


def fetch(url: str, target: Path) -> None:
    """Download a file, showing how much has come. Raises OSError when it does not come whole."""
    meter = Meter("pulumi", f"downloading {url}")
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer, target.open("wb") as file:
        size = int(answer.headers.get("Content-Length") or 0)
        while block := answer.read(1 << 20):
            file.write(block)
            meter.beat(f"{file.tell() >> 20} of {size >> 20} MB")
        if size and file.tell() != size:
            raise OSError(f"{url} ended after {file.tell()} of {size} bytes")
    meter.end("done")


def checked(path: Path, sums: str) -> None:
    """Raises OSError unless the list of checksums names this file's own."""
    found = re.search(rf"(?m)^([0-9a-f]{{64}})\s+\*?{re.escape(path.name)}$", sums)
    if found is None:
        raise OSError(f"the publisher's checksums do not name {path.name}")
    if hashlib.sha256(path.read_bytes()).hexdigest() != found[1]:
        raise OSError(f"{path.name} does not have its publisher's checksum")


def release(target: Path, wanted: Pins, cache: Cache, site: str = SITE) -> str:
    """Lay the release out in `target`; the text says why it could not, empty when it could."""
    folder = f"{site}/releases/sdk"
    file = target / archive(wanted.pulumi)
    try:
        fetch(f"{folder}/{file.name}", file)
        with urllib.request.urlopen(
            f"{folder}/pulumi-{wanted.pulumi}-checksums.txt", timeout=PATIENCE
        ) as answer:
            checked(file, answer.read().decode())
    except OSError as error:
        return str(error)
    # Not tarfile: Debian 12's cannot yet refuse paths that lead out of the target.
    unpacked = subprocess.run(
        ["tar", "-xzf", file, "-C", target], capture_output=True, text=True, check=False
    )
    file.unlink()
    if unpacked.returncode != 0:
        return unpacked.stderr.strip()
    shutil.move(target / "pulumi", target / "bin")
    plugins(Pulumi(target / "bin", target / "home", own=True), wanted, cache)
    return ""


def plugins(pulumi: Pulumi, wanted: Pins, cache: Cache) -> None:
    """Have Pulumi itself fetch the plugins into its home. Raises Failure when it cannot."""
    for name, number in wanted.plugins.items():
        if pulumi.plugin(name, number).exists():
            continue
        command(
            "pulumi",
            f"fetching plugin {name} {number}",
            [str(pulumi.bin / "pulumi"), "plugin", "install", "resource", name, number],
            cache.log(f"plugin-{name}"),
            "see that this machine can reach the plugin's publisher, and run this again",
            env={**os.environ, "PULUMI_HOME": str(pulumi.home), "PULUMI_SKIP_UPDATE_CHECK": "1"},
        )
