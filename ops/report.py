"""The reviewer's report of an `up`: `make report STACK=prod`. It needs no Docker host in reach."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from rich.console import Console

from ops.preview_report import event_log, report
from ops.preview_report.markdown import markdown
from ops.preview_report.sarif import sarif
from policies import exceptions, proof
from policies.configuration import Misconfigured
from policies.registry import RULES
from toolchain import stacks

PROJECT = "task-tracker"
console = Console(stderr=True)

# Exit statuses: refused, and bad input.
REFUSED, BAD_INPUT = 1, 2


def main(
    stack: Annotated[str, typer.Option(help="the stack to report on, such as prod")],
    log: Annotated[
        Path | None, typer.Option(help="an event log to read instead of running a preview")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(help="folder for report.md, report.json and report.sarif; else to stdout"),
    ] = None,
    directory: Annotated[Path, typer.Option(help="where the stack file is")] = Path("."),
) -> None:
    """Preview a stack, and write what a reviewer must know.

    Exit status 1: it can't be deployed. 2: something given is not what it should be.
    """
    try:
        exemptions = exceptions.read(RULES)
        preview = event_log.read(log) if log else _preview(stack, directory)
        found = report.build(
            stack, preview, RULES, exemptions, _gaps(directory, stack), date.today()
        )
    except (event_log.BadEventLog, Misconfigured) as error:
        console.print(f"report: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(BAD_INPUT) from None
    text = markdown(found) + _backups(stack)
    if output is None:
        sys.stdout.write(text)
    else:
        output.mkdir(parents=True, exist_ok=True)
        (output / "report.md").write_text(text)
        (output / "report.json").write_text(found.model_dump_json(indent=2))
        (output / "report.sarif").write_text(json.dumps(sarif(found, RULES), indent=2))
        console.print(f"report: written to {output}")
    if not found.allowed:
        raise typer.Exit(REFUSED)


def _preview(stack: str, directory: Path) -> event_log.Preview:
    """Run a preview with the policy pack; its own output is shown only if it leaves no log."""
    pack = Path(__file__).parent.parent / "policies"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "events.json"
        argv = [
            "pulumi", "preview", "--stack", stack, "--cwd", str(directory), "--non-interactive",
            "--policy-pack", str(pack), "--event-log", str(log),
            "--config-file", str(stacks.file(stack, os.environ, directory.resolve())),
        ]  # fmt: skip
        environment = {
            **os.environ,
            # The event log is a debugging option of the engine; this makes it known.
            "PULUMI_DEBUG_COMMANDS": "true",
            # One finding, one line: the pack reports, and the guard keeps to updates.
            "TASK_TRACKER_PREVIEW_JUDGE": "pack",
        }
        with console.status(f"previewing {stack} with {len(RULES)} policies"):
            done = subprocess.run(argv, env=environment, capture_output=True, text=True)
        if not log.exists() or not log.stat().st_size:
            said = (done.stdout + done.stderr).strip()
            raise event_log.BadEventLog(f"the preview of {stack} did not start:\n{said}")
        return event_log.read(log)


def _backups(stack: str) -> str:
    """How old backups and proven restores are, as far as `ops` has written it down."""
    file = proof.FOLDER / f"{stack}.json"
    if not file.exists():
        return ""
    known = proof.told(proof.read(json.loads(file.read_text())), datetime.now(UTC))
    return f"\n### Backups\n{known[:1].upper()}{known[1:]}.\n"


def _gaps(directory: Path, stack: str) -> list[str]:
    """The services that the stack file lets a deploy take down."""
    file = directory / f"Pulumi.{stack}.yaml"
    if not file.exists():
        raise event_log.BadEventLog(
            f"{file}: there is no such stack file; name a stack that has one"
        )
    content: Any = yaml.safe_load(file.read_text())
    values = ((content or {}).get("config") or {}).get(f"{PROJECT}:stack") or {}
    return list(values.get("gaps") or [])


if __name__ == "__main__":
    typer.run(main)
