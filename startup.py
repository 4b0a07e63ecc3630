"""What a program that lives for seconds does without: imported before all else, it takes effect.

Both together are a fifth of a preview (bench/).
"""

import atexit
import gc

import pulumi

# Next to nothing could be freed before the process ends, nor need it be searched for at the end.
gc.disable()
atexit.register(gc.freeze)

# The SDK sends each debug line to the engine by a call it waits for, whether anybody wants it or
# not: five for each resource. What the engine itself has to say with `--debug` stays.
pulumi.log.debug = lambda *line, **more: None
