"""The backup of the bot's sessions: files of another uid, so another container reads them."""

import pulumi

from components import backup_configuration as text
from components.backups import BackupsArgs, authority, folder, schedule, secret_files
from components.bot import SESSIONS, UID
from components.networks import BACKUPS
from components.postgres import DATABASE, NO_NAMELESS_VOLUME
from components.workload import Attachment, Health, Limits, Mount, Workload

SERVICE = "sessions-backup"

# A few files, once a day.
LIMITS = Limits(cpus=0.2, memory=256, cpus_reserved=0.05, memory_reserved=32)


class SessionsBackup(pulumi.ComponentResource):
    """Stores the sessions in the bucket every night; the bot goes on meanwhile."""

    def __init__(
        self,
        name: str,
        args: BackupsArgs,
        sessions: pulumi.Output[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("tasktracker:backups:SessionsBackup", name, None, opts)
        args.engine.service(workload(args, sessions), parent=self)
        self.register_outputs({})


def workload(args: BackupsArgs, sessions: pulumi.Output[str]) -> Workload:
    """It reads the sessions, reaches the bucket, and keeps nothing here."""
    program = text.program(
        args.stack, DATABASE, args.repositories, nats=None, api=None, local=False
    )
    used = ("backup-passphrase", "s3-credentials")
    return Workload(
        name=SERVICE,
        image=args.image,
        command=("backup", "schedule"),
        uid=UID,
        networks=(Attachment(network=BACKUPS, answers=False),),
        secrets=tuple(file for file in secret_files(args) if file.name in used),
        directories=(
            folder(
                {
                    "backup.json": program,
                    **authority(args.repositories.offsite),
                    **schedule({"save-sessions": args.schedule.sessions}),
                }
            ),
        ),
        mounts=(Mount(volume=sessions, path=SESSIONS, read_only=True),),
        tmpfs={"/tmp": 64, **NO_NAMELESS_VOLUME},
        limits=LIMITS,
        health=Health(
            command=("backup", "scheduled"), interval=30, timeout=10, retries=3, start_period=20
        ),
    )
