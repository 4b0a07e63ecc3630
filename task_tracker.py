"""The whole stack, put together from a stack's settings."""

import json
from pathlib import Path

import pulumi

from components import networks as segment
from components.api import Api, ApiArgs
from components.application import ApplicationArgs, Pool
from components.backup_sessions import SessionsBackup
from components.backups import Backups, BackupsArgs
from components.bot import Bot, BotArgs
from components.dashboard import Dashboard, DashboardArgs
from components.edge import Edge, EdgeArgs
from components.edge_configuration import Site
from components.engines.docker import DockerArgs, DockerEngine
from components.migrations import Migrations
from components.nats import OPERATORS, Nats, NatsArgs, Permissions
from components.networks import Networks, NetworksArgs
from components.picture import mermaid
from components.postgres import Postgres, PostgresArgs
from components.secrets import TOKENS, Secrets, SecretsArgs
from components.worker import Worker, WorkerArgs
from components.workload import Limits
from settings import Settings
from stack_file import StackSettings

NATS_PERMISSIONS = Path(__file__).parent / "app" / "nats-permissions.json"

# The job holds one connection and changes tables; it is gone before the application starts.
MIGRATIONS_LIMITS = Limits(cpus=1, memory=256, cpus_reserved=0.1, memory_reserved=64)
MIGRATIONS_POOL = Pool(size=1, overflow=0)


class TaskTracker(pulumi.ComponentResource):
    """Postgres, NATS, api, workers, dashboard and the edge; `outputs` are the stack's own."""

    def __init__(
        self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:stack:TaskTracker", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        values, images = settings.values, settings.images
        engine = DockerEngine(
            "docker",
            DockerArgs(
                stack=settings.stack,
                prefix=values.prefix,
                files_image=images.files,
                host=values.host.address,
                gaps=values.gaps if settings.environment == "prod" else None,
                restored=values.restored,
            ),
            child,
        )
        Networks("networks", NetworksArgs(engine=engine, names=_networks(settings)), child)
        secrets = Secrets(
            "secrets", SecretsArgs(given=settings.given, rotations=values.rotations), child
        )
        postgres = Postgres(
            "postgres",
            PostgresArgs(
                engine=engine,
                image=images.postgres,
                limits=values.postgres.limits,
                max_connections=values.postgres.max_connections,
                password=secrets["postgres-password"],
                logins=secrets.database,
                key_to_data=secrets.key_to_data,
                archiving=values.backups is not None,
                published=values.postgres.published,
            ),
            child,
        )
        nats = Nats(
            "nats",
            NatsArgs(
                engine=engine,
                image=images.nats,
                limits=values.nats.limits,
                permissions=nats_permissions(),
                logins=secrets.nats,
            ),
            child,
        )

        before_migrations: tuple[pulumi.Resource, ...] = (*postgres.ready, *nats.ready)
        backing = None
        if values.backups:
            backing = BackupsArgs(
                engine=engine,
                image=images.postgres,
                stack=settings.stack,
                release=settings.release,
                repositories=values.backups,
                schedule=values.backups.schedule,
                database=postgres.volumes,
                passphrase=secrets["backup-passphrase"],
                s3_access_key=secrets.get("s3-access-key"),
                s3_secret_key=secrets.get("s3-secret-key"),
                nats=secrets.nats["backup"],
                after=before_migrations,
            )
            before_migrations = Backups("backups", backing, child).ready

        def application(
            role: str, image: str, limits: Limits, pool: Pool, after: tuple[pulumi.Resource, ...]
        ) -> ApplicationArgs:
            return ApplicationArgs(
                engine=engine,
                image=image,
                release=settings.release,
                limits=limits,
                pool=pool,
                after=after,
                database=secrets.database[role],
                nats=secrets.nats[role],
            )

        migrations = Migrations(
            "migrations",
            application(
                "migrations", images.migrations, MIGRATIONS_LIMITS, MIGRATIONS_POOL,
                before_migrations,
            ),
            child,
        )  # fmt: skip
        api = Api(
            "api",
            ApiArgs(
                **dict(application(
                    "api", images.api, values.api.limits, values.api.pool, migrations.ready
                )),
                replicas=values.api.replicas,
                processes=values.api.processes,
                cors_origins=values.edge.cors_origins,
                encryption_key=secrets["encryption-key"],
                admin_token=secrets["admin-token"],
                statistics_password=secrets["statistics-password"],
                networks=(segment.INTEGRATIONS,) if values.bot else (),
                published=values.api.published,
            ),
            child,
        )  # fmt: skip
        worker = Worker(
            "worker",
            WorkerArgs(
                **dict(application(
                    "worker", images.worker, values.worker.limits, values.worker.pool,
                    migrations.ready,
                )),
                replicas=values.worker.replicas,
            ),
            child,
        )  # fmt: skip
        dashboard = Dashboard(
            "dashboard",
            DashboardArgs(
                engine=engine,
                image=images.dashboard,
                limits=values.dashboard.limits,
                replicas=values.dashboard.replicas,
            ),
            child,
        )
        site = site_of(settings)
        Edge(
            "nginx",
            EdgeArgs(
                engine=engine,
                image=images.nginx,
                limits=values.edge.limits,
                site=site,
                address=values.edge.address,
                api=api.server,
                dashboard=dashboard.server,
                certificate=secrets.get("tls-certificate"),
                key=secrets.get("tls-key"),
                after=worker.server.ready,
            ),
            child,
        )
        if values.bot and images.bot:
            bot = Bot(
                "bot",
                BotArgs(
                    engine=engine,
                    image=images.bot,
                    release=settings.release,
                    limits=values.bot.limits,
                    token=secrets["telegram-bot-token"],
                    base_url=values.bot.base_url,
                    after=api.server.ready,
                ),
                child,
            )
            if backing and backing.s3_access_key:
                SessionsBackup("sessions-backup", backing, bot.sessions, child)
        self.outputs: dict[str, pulumi.Input[str]] = {
            "address": site.origin,
            "release": settings.release,
            "picture": mermaid(engine.workloads),
            **_addresses(values),
            **{name: secrets[name].value for name in TOKENS},
        }
        if values.postgres.published:
            self.outputs["postgres-password"] = secrets["postgres-password"].value
        self.register_outputs(self.outputs)


def nats_permissions() -> dict[str, Permissions]:
    """What each client of NATS may do: the application's as it states itself, the operators'."""
    stated = json.loads(NATS_PERMISSIONS.read_text())
    parts = {user: Permissions.model_validate(subjects) for user, subjects in stated.items()}
    return {**parts, **OPERATORS}


def site_of(settings: Settings) -> Site:
    """What the outside sees of this stack."""
    edge = settings.values.edge
    return Site(
        server_name=edge.server_name,
        http_port=edge.http_port,
        https_port=edge.https_port,
        body_limit_mb=edge.body_limit_mb,
        rate_limits=edge.rate_limits,
        immutable_assets=settings.environment != "dev",
    )


def _addresses(values: StackSettings) -> dict[str, str]:
    """Where a developer reaches what is published beside the edge."""
    addresses = {}
    if values.api.published:
        addresses["api-address"] = f"http://127.0.0.1:{values.api.published}"
    if values.postgres.published:
        addresses["postgres-address"] = (
            f"postgresql://postgres@127.0.0.1:{values.postgres.published}/tasktracker"
        )
    return addresses


def _networks(settings: Settings) -> tuple[str, ...]:
    names = [segment.EDGE, segment.FRONTEND, segment.BACKEND]
    if settings.values.postgres.published or settings.values.api.published:
        names.append(segment.ACCESS)
    if settings.values.bot:
        names += [segment.INTEGRATIONS, segment.EGRESS]
    if settings.values.backups:
        names.append(segment.BACKUPS)
    return tuple(names)
