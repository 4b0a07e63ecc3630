"""What the program does without while it starts."""

import os
import subprocess
import sys
from pathlib import Path

from tests.unit.stack_files import ROOT

LOOK = """
import gc, pulumi, startup
from pulumi.runtime import settings

class Engine:
    def Log(self, request):
        raise SystemExit("a line was sent")

settings.SETTINGS.engine = Engine()
assert not gc.isenabled()
pulumi.log.debug("nobody hears this")
import pydantic.plugin._loader as plugins
assert not list(plugins.get_plugins()), "it looked for plugins"
assert plugins._plugins is None
"""


MADE = """
import pulumi
from pulumi.runtime import resource
from pulumi.runtime.mocks import Mocks, set_mocks

whole = resource._get_stack_trace
import startup
position = resource._get_stack_trace
pairs = []

def both():
    pairs.append((position(), whole()))
    return pairs[-1][0]

resource._get_stack_trace = both

class Nothing(Mocks):
    def call(self, args): return {}
    def new_resource(self, args): return args.name, args.inputs

set_mocks(Nothing())
import pulumi_random

class Room(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("trial:room:Room", name)
        pulumi_random.RandomId("id", byte_length=4)

Room("room")
assert len({str(ours) for ours, _ in pairs}) == 3  # the mocks make a stack first
for ours, theirs in pairs:
    assert list(ours.frames) == list(theirs.frames)[:1], (ours, theirs)
"""


def test_a_resource_is_sent_with_the_line_that_makes_it_as_the_sdk_finds_it(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(MADE.lstrip())
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(program)], env=environment, text=True, capture_output=True
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_nothing_is_collected_or_looked_for_and_no_debug_line_is_sent() -> None:
    # In a process of its own: what is turned off stays off.
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, text=True, capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_is_imported_before_the_rest_of_the_program() -> None:
    lines = (ROOT / "__main__.py").read_text().splitlines()
    own = [line for line in lines if line.startswith(("import ", "from ")) and "pulumi" not in line]
    assert own[0].startswith("import startup")
