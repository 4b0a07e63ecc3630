"""One rule: passwords of 16 characters or more."""

from pulumi_policy import (
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)


def long_enough(args: ResourceValidationArgs, report: ReportViolation) -> None:
    """Report a password that is too short."""
    if args.resource_type.endswith(":RandomPassword") and args.props["length"] < 16:
        report(f"{args.name} has {args.props['length']:.0f} characters", None)


PolicyPack(
    name="trial",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        ResourceValidationPolicy(
            name="long-enough", description="Passwords are long.", validate=long_enough
        )
    ],
)
