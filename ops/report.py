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

from mistakes import SCHEMA
from ops.preview_report import event_log, report
from ops.preview_report.markdown import markdown
from ops.preview_report.sarif import sarif
from policies import configuration, exceptions, proof
from policies.configuration import Misconfigured
from policies.registry import RULES
from policies.rule import PAGE
from toolchain import stacks

PROJECT = "task-tracker"
console = Console(stderr=True)

# Exit statuses: refused, and bad input.
REFUSED, BAD_INPUT = 1, 2


class Unreadable(Exception):
    """A file that is not what it should be; the text says how to mend it, and tells no value."""


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
    rules_page: Annotated[
        str, typer.Option(help="where the rules are described: an address, for a comment")
    ] = PAGE,
) -> None:
    """Preview a stack, and write what a reviewer must know.

    Exit status 1: it can't be deployed. 2: something given is not what it should be.
    """
    try:
        exemptions, configured = exceptions.read(RULES), configuration.read(RULES)
        allowed = _allowed(directory / f"Pulumi.{stack}.yaml")
        preview = event_log.read(log) if log else _preview(stack, directory)
        if preview.stack not in ("", stack):
            raise event_log.BadEventLog(f"{log}: is of stack {preview.stack}, not of {stack}")
        today, backups = date.today(), _backups(stack)
        found = report.build(
            stack, preview, RULES, exemptions, allowed, today, configured, backups, rules_page
        )
        _write(found, output)
    except (event_log.BadEventLog, Misconfigured, Unreadable) as error:
        console.print(f"report: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(BAD_INPUT) from None
    if not found.allowed:
        raise typer.Exit(REFUSED)


def _write(found: report.Report, output: Path | None) -> None:
    """The report as files, or on stdout. Raises `Unreadable`."""
    if output is None:
        sys.stdout.write(markdown(found))
        return
    try:
        output.mkdir(parents=True, exist_ok=True)
        (output / "report.md").write_text(markdown(found))
        (output / "report.json").write_text(found.model_dump_json(indent=2))
        (output / "report.sarif").write_text(json.dumps(sarif(found, RULES), indent=2))
    except OSError as error:
        raise Unreadable(f"{output}: cannot be written to: {error.strerror}") from None
    console.print(f"report: written to {output}")


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
            try:
                done = subprocess.run(argv, env=environment, capture_output=True, text=True)
            except FileNotFoundError:
                raise Unreadable("there is no `pulumi` on PATH: use `make report`") from None
        if not log.exists() or not log.stat().st_size:
            said = (done.stdout + done.stderr).strip()
            raise event_log.BadEventLog(f"the preview of {stack} did not start:\n{said}")
        return event_log.read(log)


def _backups(stack: str) -> str:
    """How old backups and proven restores are, as far as `ops` has written it down."""
    file = proof.FOLDER / f"{stack}.json"
    if not file.exists():
        return ""
    try:
        known = proof.told(proof.read(json.loads(file.read_text())), datetime.now(UTC))
    except (OSError, ValueError, TypeError, AttributeError):
        return f"Not known: {file} is no record of backups; `make backups` writes it anew."
    return f"{known[:1].upper()}{known[1:]}."


def _allowed(file: Path) -> report.Allowed:
    """What the stack file lets a deploy do. Raises `Unreadable`, which tells no value."""
    try:
        content: Any = yaml.safe_load(file.read_text("utf-8"))
    except FileNotFoundError:
        raise Unreadable(
            f"{file}: there is no such stack file; name a stack that has one"
        ) from None
    except OSError as error:
        raise Unreadable(f"{file}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{file}: is not text") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark else ""
        raise Unreadable(f"{file}: is not YAML{line}: mend it") from None
    for key in ("config", f"{PROJECT}:stack"):
        content = content.get(key) if isinstance(content, dict) else None
        if not isinstance(content, dict):
            raise Unreadable(f"{file}: `{key}` is no mapping; {SCHEMA} says what it holds")
    named = {key: content.get(key) or () for key in report.Allowed.model_fields}
    for key, names in named.items():
        if not isinstance(names, list | tuple) or not all(isinstance(n, str) for n in names):
            raise Unreadable(f"{file}: `{key}` is no list of names; {SCHEMA} says what it holds")
    return report.Allowed.model_validate(named)


if __name__ == "__main__":
    typer.run(main)
