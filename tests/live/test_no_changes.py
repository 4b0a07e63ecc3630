"""What `up` made is what was described: a second preview finds nothing to do."""

import pytest

from tests.live.pulumi_stack import PulumiStack
from tests.live.stacks import ENVIRONMENTS


@pytest.mark.parametrize("stack", ENVIRONMENTS, indirect=True)
def test_a_second_preview_finds_nothing_to_change(stack: PulumiStack) -> None:
    stack.preview("--expect-no-changes", "--diff").succeeded()
