"""What the program does without while it starts."""

import subprocess
import sys

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


def test_nothing_is_collected_or_looked_for_and_no_debug_line_is_sent() -> None:
    # In a process of its own: what is turned off stays off.
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, text=True, capture_output=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_it_is_imported_before_the_rest_of_the_program() -> None:
    lines = (ROOT / "__main__.py").read_text().splitlines()
    own = [line for line in lines if line.startswith(("import ", "from ")) and "pulumi" not in line]
    assert own[0].startswith("import startup")
