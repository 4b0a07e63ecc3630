"""The edge: the only service that is published, and the only one that knows addresses of others."""

from collections.abc import Sequence

import pulumi
from pydantic import model_validator

from components.args import Args
from components.edge_configuration import HEALTH_PATH, HTTP_PORT, HTTPS_PORT, Site, files
from components.engine import Engine, Live, LiveFiles, Running
from components.networks import EDGE, FRONTEND
from components.secrets import Secret
from components.workload import Attachment, Health, Limits, Mount, Published, Workload

UID = 101  # nginx, in nginx-unprivileged
LIVE = "/live"
HEALTH = ("wget", "-q", "-O", "-", f"http://127.0.0.1:{HTTP_PORT}{HEALTH_PATH}")


class EdgeArgs(Args):
    """The site, what it leads to, its certificate (PEM) where it has TLS, and who may connect.

    `after` is the rest of the release: traffic moves to all of it or to none (audit I6, I7).
    """

    engine: Engine
    image: str
    limits: Limits
    site: Site
    address: str
    api: Running
    dashboard: Running
    certificate: Secret | None = None
    key: Secret | None = None
    after: Sequence[pulumi.Resource] = ()

    @model_validator(mode="after")
    def has_its_certificate(self) -> "EdgeArgs":
        if self.site.https_port and not (self.certificate and self.key):
            raise ValueError("certificate and key: a site with TLS needs both")
        return self


class Edge(pulumi.ComponentResource):
    """nginx, which changes by reload: requests in flight end where they began (audit E9, I5)."""

    def __init__(
        self, name: str, args: EdgeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("tasktracker:edge:Edge", name, None, opts)
        upstreams = (*args.api.ready, *args.dashboard.ready, *args.after)
        spec = live_files(name, args)
        live = args.engine.live_files(spec, parent=self, after=upstreams)
        self.server: Running = args.engine.service(
            workload(name, args, live), parent=self, after=live.ready
        )
        reloaded = args.engine.reload(spec, live, self.server, parent=self)
        self.ready: tuple[pulumi.Resource, ...] = (*self.server.ready, reloaded)
        self.register_outputs({"address": args.site.origin})


def live_files(name: str, args: EdgeArgs) -> LiveFiles:
    """nginx's files; they refer to each other below the directory of their version."""
    secrets = {"tls.crt": args.certificate, "tls.key": args.key} if args.site.https_port else {}
    api, dashboard = (pulumi.Output.all(*r.addresses) for r in (args.api, args.dashboard))
    texts = pulumi.Output.all(api, dashboard).apply(
        lambda names: files(args.site, names[0], names[1], f"{LIVE}/{{version}}", "{version}")
    )
    return LiveFiles(
        service=name,
        path=LIVE,
        uid=UID,
        files={f: texts[f] for f in ("nginx.conf", "headers.conf", "upstreams.conf")},
        secrets=tuple(s.file(file) for file, s in secrets.items() if s is not None),
        entry="nginx.conf",
        pointer=f"include {LIVE}/{{version}}/nginx.conf;\n",
        check=("nginx", "-t", "-q", "-c", f"{LIVE}/{{version}}/nginx.conf"),
        reload=("nginx", "-s", "reload"),
        proof=HEALTH,
    )


def workload(name: str, args: EdgeArgs, live: Live) -> Workload:
    """The container: it owns ports of the host, so there is one, and it is rarely replaced."""
    site = args.site
    ports = [Published(internal=HTTP_PORT, external=site.http_port, address=args.address)]
    if site.https_port:
        ports.append(Published(internal=HTTPS_PORT, external=site.https_port, address=args.address))
    return Workload(
        name=name,
        image=args.image,
        command=("nginx", "-c", f"{LIVE}/nginx.conf", "-g", "daemon off;"),
        uid=UID,
        networks=(Attachment(network=EDGE, answers=False), Attachment(network=FRONTEND)),
        ports=tuple(ports),
        mounts=(Mount(volume=live.volume, path=LIVE, read_only=True),),
        tmpfs={"/tmp": 64},
        limits=args.limits,
        health=Health(command=HEALTH, interval=10, timeout=3, retries=3, start_period=5),
        stop_signal="SIGQUIT",
        stop_grace=30,
        exclusive=True,
    )
