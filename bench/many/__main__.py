"""As many services as the configuration says, each as the stack's own are, guarded as it is."""

import pulumi

from components.engines.docker import DockerArgs, DockerEngine
from components.secrets import Secret
from components.workload import Attachment, Directory, Health, Limits, Workload
from policies import guard

guard.install()


class Services(pulumi.ComponentResource):
    """A network of services."""

    def __init__(self, count: int) -> None:
        super().__init__("tasktracker:bench:Services", "services")
        opts = pulumi.ResourceOptions(parent=self)
        engine = DockerEngine(
            "docker", DockerArgs(stack="dev", prefix="bench", files_image="bench/files:1"), opts
        )
        engine.network("backend", internal=True, isolating=False, parent=self)
        secret = Secret(pulumi.Output.secret("value"), pulumi.Output.from_input("1"))
        for number in range(count):
            engine.service(service(f"service-{number}", secret), parent=self)
        self.register_outputs({})


def service(name: str, secret: Secret) -> Workload:
    """One service, with a secret and a configuration file of its own."""
    return Workload(
        name=name,
        image="bench/service:1",
        uid=10001,
        environment={"PASSWORD_FILE": "/run/secrets/password"},
        networks=(Attachment(network="backend"),),
        secrets=(secret.file("password"),),
        directories=(Directory(name="config", path="/etc/service", files={"name": name}),),
        tmpfs={"/tmp": 16},
        limits=Limits(cpus=0.1, memory=64, cpus_reserved=0.05, memory_reserved=32),
        health=Health(
            command=("probe", "http://127.0.0.1:8080/health"),
            interval=10, timeout=3, retries=3, start_period=5,
        ),
        stop_grace=30,
    )  # fmt: skip


Services(pulumi.Config().require_int("services"))
