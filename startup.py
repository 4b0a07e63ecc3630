"""What a program that lives for seconds does without: imported before all else, it takes effect.

All of it together is a fifth of a preview (bench/).
"""

import atexit
import gc
import os

import pulumi

# Next to nothing could be freed before the process ends, nor need it be searched for at the end.
gc.disable()
atexit.register(gc.freeze)

# Pydantic looks through every installed package for plugins, of which there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# The SDK sends each debug line to the engine by a call it waits for, whether anybody wants it or
# not: five for each resource. What the engine itself has to say with `--debug` stays.
pulumi.log.debug = lambda *line, **more: None
