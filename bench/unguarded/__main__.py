"""The program without its guard: what the rules cost inside it is the difference."""

import sys
from pathlib import Path

import pulumi

# The engine runs this folder as a program; the rooms are imported from the repository's root.
sys.path[0] = str(Path(__file__).resolve().parents[2])

import startup  # noqa: E402, F401
from settings import load  # noqa: E402
from task_tracker import TaskTracker  # noqa: E402

stack = TaskTracker("task-tracker", load())
for name, value in stack.outputs.items():
    pulumi.export(name, value)
