"""What the policy pack costs: beside a pack with one empty rule, as resources grow, on prod."""

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bench.clock import interleaved
from bench.program import ROOT, Program
from bench.result import Comparison, Growth, save
from policies.example import container, planned
from policies.planned import NETWORK, REMOTE_IMAGE, VOLUME, Options, Planned
from tests.live import stacks
from tests.live.pulumi_stack import PulumiStack
from tests.policies.preview import PACK, PROGRAM, Result, Workspace
from tests.unit.stack_files import SECRETS

SIZES = {10: 3, 100: 3, 1000: 1, 5000: 1}  # resources: rounds
PROD_ROUNDS = 7
UNGUARDED = Path(__file__).parent / "unguarded"
IMAGE = f"ghcr.io/example/web:v2.3.1@sha256:{'0a' * 32}"
IN_ALL, PER_RESOURCE, ADDED = 2.0, 1.2, 0.3  # the most, in times of what is beside it

EMPTY = """
from pulumi_policy import EnforcementLevel, PolicyPack, ResourceValidationPolicy

PolicyPack(
    "empty",
    [
        ResourceValidationPolicy(
            "nothing",
            "Nothing is asked.",
            lambda args, report_violation: None,
            EnforcementLevel.MANDATORY,
        )
    ],
)
"""


def measure(folder: Path) -> None:
    """The pack over resources that break no law, and over the preview of prod."""
    empty = _empty_pack(folder / "empty-pack")
    results: list[Comparison | Growth] = []
    seconds: dict[int, list[float]] = {}
    for size, rounds in SIZES.items():
        workspace = _workspace(folder / str(size), size)
        ours, theirs = interleaved(
            {
                f"{size} resources, the pack": partial(_preview, workspace, PACK),
                f"{size} resources, one empty rule": partial(_preview, workspace, empty),
            },
            rounds,
            warm_up=size < 1000,  # the larger ones take minutes, and a warm-up no part of that
        ).values()
        seconds[size] = ours
        what = f"preview of {size:,} resources with the policies"
        results.append(Comparison(what, "one empty rule", ours, theirs, IN_ALL))
    few, many = 100, 5000
    each = {size: [taken / size * 1000 for taken in seconds[size]] for size in (few, many)}
    results.append(
        Comparison(
            f"a resource among {many:,}, policies and all", f"among {few}",
            each[many], each[few][: len(each[many])], PER_RESOURCE, unit="ms",
        )
    )  # fmt: skip
    results += _on_prod(folder, empty)
    results.append(Growth("preview with the policies", seconds, "resource"))
    save("5-policies", results)


def resources(size: int) -> list[Planned]:
    """Servers that keep every law of prod, with a volume of its own each, on common networks."""
    found = [planned(REMOTE_IMAGE, "image", name=IMAGE, keepLocally=True)]
    found += [
        planned(NETWORK, f"backend-{index}", name=f"backend-{index}", internal=True)
        for index in range(size // 10)
    ]
    for index in range((size - len(found)) // 2):
        volume = f"files-{index}"
        found += [planned(VOLUME, volume, name=volume), _server(f"server-{index}", volume)]
    return found


def _server(name: str, volume: str) -> Planned:
    inputs: dict[str, Any] = {
        "image": IMAGE,
        "user": "10001:10001",
        "readOnly": True,
        "tmpfs": {"/tmp": "size=64m"},
        "capabilities": {"drops": ["ALL"]},
        "securityOpts": ["no-new-privileges:true"],
        "restart": "unless-stopped",
        "wait": True,
        "destroyGraceSeconds": 30,
        "stopTimeout": 30,
        "memory": 256,
        "memoryReservation": 64,
        "cpus": "0.1",
        "cpuShares": 102,
        "ulimits": [{"name": "nproc", "soft": 512, "hard": 512}],
        "logDriver": "json-file",
        "logOpts": {"max-size": "10m", "max-file": "3"},
        "labels": [{"label": "tasktracker.service", "value": "web"}],
        "envs": ["LOG_LEVEL=info", "DATABASE_PASSWORD_FILE=/run/secrets/database"],
        "networksAdvanced": [{"name": "backend-0"}],
        "volumes": [{"volumeName": volume, "containerPath": "/etc/web", "readOnly": True}],
        "healthcheck": {
            "tests": ["CMD", "wget", "-qO-", "http://127.0.0.1:8080/health"],
            "interval": "10s",
            "timeout": "3s",
            "retries": 3,
        },
    }
    return container(name, "prod", Options(delete_before_replace=False), **inputs)


def _on_prod(folder: Path, empty_pack: Path) -> list[Comparison]:
    """What the rules add to the preview of a first deploy, in times of an empty preview.

    The guard inside the program needs no flag. A pack is a process that the engine starts first and
    asks twice for each resource; what that takes in Python, the one with an empty rule tells.
    """
    nothing = Program.empty(folder / "empty")
    prod, unguarded = (
        PulumiStack("prod", stacks.committed("prod"), SECRETS, folder / main.name, main=main)
        for main in (ROOT, UNGUARDED)
    )
    bare, guarded, packed, emptily, floor = interleaved(
        {
            "preview of prod without its guard": lambda: unguarded.preview().succeeded(),
            "preview of prod": lambda: prod.preview().succeeded(),
            "with --policy-pack": lambda: prod.preview("--policy-pack", str(PACK)).succeeded(),
            "with one empty rule": lambda: prod.preview(
                "--policy-pack", str(empty_pack)
            ).succeeded(),
            "preview of an empty program": lambda: nothing.pulumi("preview"),
        },
        PROD_ROUNDS,
    ).values()
    peer = "an empty program"

    def added(
        what: str, longer: list[float], shorter: list[float], most: float | None
    ) -> Comparison:
        more = [long - short for long, short in zip(longer, shorter, strict=True)]
        return Comparison(f"what {what} to the preview of prod", peer, more, floor, most)

    return [
        added("the rules inside the program add", guarded, bare, ADDED),
        added("--policy-pack adds", packed, guarded, ADDED),
        added("any pack in Python adds, with one empty rule,", emptily, guarded, None),
        added("our pack adds beyond that one", packed, emptily, None),
    ]


def _workspace(folder: Path, size: int) -> Workspace:
    folder.mkdir()
    workspace = Workspace(folder, PROGRAM)
    workspace.plan(resources(size))
    return workspace


def _preview(workspace: Workspace, pack: Path) -> Result:
    """Raises RuntimeError where a resource breaks a law: then something else is measured."""
    result = workspace.run("preview", "prod", "--policy-pack", str(pack))
    if result.status != 0 or result.events:
        raise RuntimeError(f"a preview that should pass: {result.output[-2000:]}")
    return result


def _empty_pack(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "__main__.py").write_text(EMPTY)
    environment = Path(sys.executable).parent.parent
    (folder / "PulumiPolicy.yaml").write_text(
        f"runtime: {{name: python, options: {{virtualenv: {environment}}}}}\n"
    )
    return folder
