"""No service goes down by accident: a plan that would stop one first is refused at its preview.

A service that owns a volume or a port of the host is deleted before its successor is made. The hook
runs before that, in a preview as well, whatever flags Pulumi was given.
"""

import pulumi


class Gap(Exception):
    """A service would be down that the stack file does not name."""


def refuse_gap() -> pulumi.ResourceHook:
    """The hook that refuses; one serves all containers of a stack."""
    return pulumi.ResourceHook("refuse-gap", _refuse, pulumi.ResourceHookOptions(on_dry_run=True))


def _refuse(args: pulumi.ResourceHookArgs) -> None:
    raise Gap(
        f"{args.name} would be down while it is replaced. Keep it as it is, or allow it for this "
        f"deploy: add {args.name} to `gaps` in the stack file"
    )
