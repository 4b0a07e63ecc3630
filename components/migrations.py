"""The job between a healthy database and the first container of a release (audit I4)."""

import pulumi

from components.application import ApplicationArgs, connections, credentials
from components.networks import BACKEND
from components.workload import Attachment, Workload

UID = 10003


class Migrations(pulumi.ComponentResource):
    """Brings schema and streams to what this release needs; `ready` when it has succeeded."""

    def __init__(
        self, name: str, args: ApplicationArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:migrations:Migrations", name, None, opts)
        job = args.engine.job(workload(name, args), parent=self, after=args.after)
        self.ready: tuple[pulumi.Resource, ...] = (job,)
        self.register_outputs({"release": args.release})


def workload(name: str, args: ApplicationArgs) -> Workload:
    """The one-shot: it owns the schema, and alone may make streams."""
    return Workload(
        name=name,
        image=args.image,
        uid=UID,
        environment=connections(args),
        networks=(Attachment(network=BACKEND, answers=False),),
        secrets=credentials(args, {}),
        tmpfs={"/tmp": 16},
        limits=args.limits,
        health=None,
    )
