"""The policy pack: every rule of the registry, served to the engine."""

import os
import sys
from pathlib import Path

# Pydantic looks through every installed package for plugins, of which there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# The engine runs this folder as a program; the rooms are imported from the repository's root.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from policies.configuration import Misconfigured  # noqa: E402
from policies.pack import serve  # noqa: E402
from policies.registry import RULES  # noqa: E402

try:
    serve(RULES)
except Misconfigured as error:
    sys.exit(f"error: {error}")
