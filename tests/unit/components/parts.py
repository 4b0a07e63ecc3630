"""Parts to build components of: sizes, secrets, logins, and an engine that only takes notes."""

from collections.abc import Sequence

import pulumi

from components.engine import Live, LiveFiles, Running
from components.secrets import Login, Secret
from components.workload import Limits, Workload

LIMITS = Limits(cpus=1, memory=512, cpus_reserved=0.25, memory_reserved=128)


def known(text: str) -> pulumi.Output[str]:
    return pulumi.Output.from_input(text)


def secret(name: str) -> Secret:
    """A secret whose value tells its name, so that a test sees where it went."""
    return Secret(known(f"value-of-{name}"), known(f"version-of-{name}"))


def login(client: str, active: str = "a") -> Login:
    return Login(client, active, {slot: secret(f"{client}-{slot}") for slot in "ab"})


class Step(pulumi.ComponentResource):
    """Something that others wait for."""

    def __init__(self, name: str) -> None:
        super().__init__("tasktracker:test:Step", name)


class StubEngine:
    """Notes what it is asked to run, and what each part was to wait for."""

    def __init__(self) -> None:
        self.workloads: list[Workload] = []
        self.networks: dict[str, dict[str, bool]] = {}
        self.volumes: list[str] = []
        self.kept: dict[str, Sequence[pulumi.Resource]] = {}
        self.live: dict[str, LiveFiles] = {}
        self.waits: dict[str, set[str]] = {}

    def network(
        self, name: str, *, internal: bool, isolating: bool, parent: pulumi.Resource
    ) -> None:
        self.networks[name] = {"internal": internal, "isolating": isolating}

    def data_volume(
        self,
        name: str,
        *,
        parent: pulumi.Resource,
        key: Sequence[pulumi.Resource] = (),
        restored: bool = True,
    ) -> pulumi.Output[str]:
        self.kept[name] = key
        return known(f"kept-{name}")

    def volume(self, name: str, *, parent: pulumi.Resource) -> pulumi.Output[str]:
        self.volumes.append(name)
        return known(f"volume-{name}")

    def service(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Running:
        self._note(workload.name, after)
        self.workloads.append(workload)
        names = [f"{workload.name}-{number}" for number in range(1, workload.replicas + 1)]
        return Running(tuple(map(known, names)), (Step(f"{workload.name} is healthy"),))

    def job(
        self, workload: Workload, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> pulumi.Resource:
        self._note(workload.name, after)
        self.workloads.append(workload)
        return Step(f"{workload.name} has run")

    def live_files(
        self, files: LiveFiles, *, parent: pulumi.Resource, after: Sequence[pulumi.Resource] = ()
    ) -> Live:
        self._note(f"files of {files.service}", after)
        self.live[files.service] = files
        done = Step(f"{files.service} has files")
        return Live(known(f"live-{files.service}"), known("0123456789ab"), (done,))

    def reload(
        self, files: LiveFiles, live: Live, running: Running, *, parent: pulumi.Resource
    ) -> pulumi.Resource:
        return Step(f"{files.service} is reloaded")

    def workload(self, name: str) -> Workload:
        (found,) = (workload for workload in self.workloads if workload.name == name)
        return found

    def _note(self, name: str, after: Sequence[pulumi.Resource]) -> None:
        self.waits[name] = {step._name for step in after}
