"""The whole plan judged as the program constructs it, before anything of it is registered."""

from __future__ import annotations

import pulumi

from policies.constructed import raw, urn_of
from policies.finding import Finding, Kind
from policies.hearing import appoint
from policies.planned import Options, Planned
from policies.values import camel


class Rehearsal:
    """Sees each resource by a transformation of the stack; what plain values break, it finds."""

    def __init__(self) -> None:
        self._judge = appoint()
        self._judge.is_ordered = False  # dependencies are settled as resources register
        self._constructed: list[Planned] = []
        self._urns: dict[pulumi.Resource, str] = {}

    def construct(self, args: pulumi.ResourceTransformationArgs) -> None:
        """See a resource as the program constructs it; an output without a value is unknown."""
        opts = args.opts
        parent = self._urns.get(opts.parent, "") if opts.parent else ""
        urn = self._urns[args.resource] = urn_of(parent, args.type_, args.name)
        protect = opts.parent._protect if opts.protect is None and opts.parent else opts.protect
        options = Options(
            protect=bool(protect),
            delete_before_replace=opts.delete_before_replace,
            parent=parent,
            ignore_changes=tuple(opts.ignore_changes or ()),
            replace_on_changes=tuple(opts.replace_on_changes or ()),
        )
        self._constructed.append(Planned(args.type_, urn, camel(raw(args.props)), options))

    def findings(self) -> list[Finding]:
        """What the plan breaks as constructed. What isn't known yet is left to the registration."""
        found = [f for resource in self._constructed for f in self._judge.resource(resource)]
        found += self._judge.stack(pulumi.get_stack(), "")
        return [finding for finding in found if finding.kind is not Kind.undecided]
