"""What a program that lives for seconds does without: imported before all else, it takes effect.

All of it together is a fifth of a preview (bench/).
"""

import atexit
import gc
import os
import sys
from functools import cache
from pathlib import Path

import pulumi
from pulumi import _types
from pulumi.runtime import resource
from pulumi.runtime.proto import source_pb2

# Next to nothing could be freed before the process ends, nor need it be searched for at the end.
gc.disable()
atexit.register(gc.freeze)

# Pydantic looks through every installed package for plugins, of which there are none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

# The SDK sends each debug line to the engine by a call it waits for, whether anybody wants it or
# not: five for each resource. What the engine itself has to say with `--debug` stays.
pulumi.log.debug = lambda *line, **more: None

# What a type is at its core does not change; the SDK works it out for each value anew.
_types.unwrap_type = cache(_types.unwrap_type)
_types.unwrap_optional_type = cache(_types.unwrap_optional_type)


def _position() -> source_pb2.StackTrace:
    """Where a resource is made: that line alone, not the whole stack above it."""
    frame, constructors = sys._getframe(), 0
    while frame.f_back and constructors < 3:  # Resource's, CustomResource's, the resource's own
        frame = frame.f_back
        constructors += frame.f_code.co_name == "__init__"
    file = Path(frame.f_back.f_code.co_filename) if frame.f_back else Path()
    if frame.f_back is None or not file.is_absolute():
        return source_pb2.StackTrace()
    place = source_pb2.SourcePosition(uri=file.as_uri(), line=frame.f_back.f_lineno)
    return source_pb2.StackTrace(frames=[source_pb2.StackFrame(pc=place)])


# The SDK sends the whole stack with each resource, twenty lines of which the engine keeps one.
resource._get_stack_trace = _position
