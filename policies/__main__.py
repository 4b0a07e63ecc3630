"""The policy pack: every rule of the registry, served to the engine."""

import sys
from pathlib import Path

# The engine runs this folder as a program; the rooms are imported from the repository's root.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

import startup  # noqa: E402, F401, I001
from policies.configuration import Misconfigured  # noqa: E402
from policies.pack import serve  # noqa: E402
from policies.registry import RULES  # noqa: E402

try:
    serve(RULES)
except Misconfigured as error:
    sys.exit(f"error: {error}")
