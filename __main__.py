"""The program: settings in, the stack made, outputs out."""

import pulumi

import startup  # noqa: F401, I001
from policies import guard
from settings import load
from task_tracker import TaskTracker

guard.install()
stack = TaskTracker("task-tracker", load())
for name, value in stack.outputs.items():
    pulumi.export(name, value)
