"""The program's own guard, in real previews and updates without any --policy-pack."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.policies.preview import PACK, Result, Workspace

HEAD = """
from policies import guard
guard.install()
import pulumi, pulumi_docker as docker

host = docker.Provider("host", host="unix:///nonexistent.sock", disable_docker_daemon_check=True)
here = pulumi.ResourceOptions(provider=host)
"""
RAW = """
docker.Container("raw", image="example/trial:1.2.3", privileged=True, opts=here)
"""
NESTED = """
class Inner(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("trial:room:Inner", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        docker.Container(name, image="example/trial:1.2.3", privileged=True, opts=child)

class Outer(pulumi.ComponentResource):
    def __init__(self, name, opts):
        super().__init__("trial:room:Outer", name, None, opts)
        Inner("nested", pulumi.ResourceOptions(parent=self))

Outer("outer", pulumi.ResourceOptions(providers=[host]))
"""
CHANGED = """
def loosen(args):
    if args.name == "changed":
        return pulumi.ResourceTransformResult({**args.props, "privileged": True}, args.opts)

pulumi.runtime.register_resource_transform(loosen)
docker.Container("changed", image="example/trial:1.2.3", opts=here)
"""
CHANGED_BEFORE = """
def loosen(args):
    if args.name == "early":
        return pulumi.ResourceTransformationResult({**args.props, "privileged": True}, args.opts)

pulumi.runtime.register_stack_transformation(loosen)
docker.Container("early", image="example/trial:1.2.3", opts=here)
"""
MADE = """
def add(args):
    if args.name == "harmless":
        docker.Container("made", image="example/trial:1.2.3", privileged=True, opts=here)

pulumi.runtime.register_resource_transform(add)
docker.Network("harmless", internal=True, opts=here)
"""
LATE = """
network = docker.Network("late-network", internal=True, opts=here)
network.name.apply(
    lambda name: docker.Container(
        "late", image="example/trial:1.2.3", privileged=True, opts=here
    )
)
"""
WAYS = {
    "raw": RAW,
    "nested": NESTED,
    "changed": CHANGED,
    "early": CHANGED_BEFORE,
    "made": MADE,
    "late": LATE,
}


@pytest.fixture
def program(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path, HEAD)


def written(program: Workspace, body: str) -> Workspace:
    (program.folder / "__main__.py").write_text(HEAD + textwrap.dedent(body))
    return program


@pytest.fixture(scope="module")
def every_way(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """One preview of a program that breaks the law in every way there is."""
    workspace = Workspace(tmp_path_factory.mktemp("guard"), HEAD + "".join(WAYS.values()))
    return workspace.run("preview", "prod")


@pytest.mark.parametrize("name", WAYS)
def test_no_way_leads_past_the_guard(every_way: Result, name: str) -> None:
    assert f"docker:index:Container ({name}):" in every_way.output
    assert every_way.output.count("policy no-privileged (critical): privileged is true") >= len(
        WAYS
    )


def test_a_refused_preview_fails_without_a_traceback(every_way: Result) -> None:
    assert every_way.status != 0
    assert "Traceback" not in every_way.output and "unhandled exception" not in every_way.output


def test_a_stacks_own_laws_hold_too(every_way: Result) -> None:
    assert "policy declared-volumes" not in every_way.output
    assert "policy wait-for-health" in every_way.output


def test_the_same_program_passes_in_dev_with_what_is_only_advised(program: Workspace) -> None:
    body = 'docker.Container("loose", image="example/trial:1.2.3", opts=here)'
    result = written(program, body).run("preview", "dev")
    assert result.status == 0, result.output
    assert "policy findings are advisory" in result.output


def test_an_update_without_a_preview_makes_nothing_at_all(program: Workspace) -> None:
    body = """
    first = docker.Network("first", internal=True, opts=here)
    after = pulumi.ResourceOptions(provider=host, depends_on=[first])
    docker.Container("last", image="example/trial:1.2.3", privileged=True, opts=after)
    """
    result = written(program, body).run("up", "prod", "--skip-preview", "--yes")
    assert result.status != 0
    assert "policy no-privileged" in result.output
    assert "Network" not in result.output, "it was registered before the plan was looked at"
    assert "Traceback" not in result.output


def test_an_update_refuses_what_only_shows_as_it_registers(program: Workspace) -> None:
    # In dev nothing else about it blocks, so the plan as constructed passes.
    result = written(program, CHANGED).run("up", "dev", "--skip-preview", "--yes")
    assert result.status != 0
    assert "policy no-privileged" in result.output
    assert "Unable to create container" not in result.output, "the provider was asked to make it"
    assert "Traceback" not in result.output


def test_an_unknown_value_is_a_failure_outside_dev(program: Workspace) -> None:
    body = """
    network = docker.Network("network", internal=True, opts=here)
    docker.Container("unknown", image=network.id, opts=here)
    """
    written(program, body)
    prod, dev = program.run("preview", "prod"), program.run("preview", "dev")
    told = "policy no-latest-tag (high): can't be decided at preview: image isn't known"
    assert prod.status != 0 and told in prod.output
    assert dev.status == 0, dev.output


def test_a_preview_may_be_left_to_the_pack_and_an_update_may_not(program: Workspace) -> None:
    program.environment["TASK_TRACKER_PREVIEW_JUDGE"] = "pack"
    written(program, RAW)
    preview = program.run("preview", "prod", "--policy-pack", str(PACK))
    assert preview.status != 0
    assert preview.of("no-privileged", "raw") and preview.of("wait-for-health", "raw")
    update = program.run("up", "prod", "--skip-preview", "--yes")
    assert update.status != 0 and "policy no-privileged" in update.output


FLAT_SWARM = """
flat = docker.Network("flat", driver="overlay", opts=here)

def service(name, image, **more):
    docker.Service(
        name,
        task_spec={
            "container_spec": {"image": image},
            "networks_advanceds": [{"id": flat.id}],
        },
        **more,
        opts=here,
    )

service("web", "example/web:1.2.3", endpoint_spec={"ports": [{"target_port": 8080}]})
service("postgres", "postgres:18.1")
"""


@pytest.mark.parametrize("arguments", [(), ("--policy-pack", str(PACK))], ids=["guard", "pack"])
def test_a_network_is_known_by_what_depends_on_it(
    program: Workspace, arguments: tuple[str, ...]
) -> None:
    if arguments:
        program.environment["TASK_TRACKER_PREVIEW_JUDGE"] = "pack"
    result = written(program, FLAT_SWARM).run("preview", "prod", *arguments)
    told = result.output + "".join(event.message for event in result.events)
    assert "it reaches postgres on the network flat" in told


@pytest.mark.parametrize("judge", ["", "pack"])
def test_what_a_program_exports_is_exported(program: Workspace, judge: str) -> None:
    program.environment["TASK_TRACKER_PREVIEW_JUDGE"] = judge
    written(program, 'pulumi.export("address", "http://localhost:8080")')
    result = program.run("preview", "prod")
    assert result.status == 0, result.output
    assert "http://localhost:8080" in result.output


def test_nothing_a_guard_tells_is_a_secret(program: Workspace) -> None:
    body = """
    docker.Container(
        "secretive",
        image="example/trial:1.2.3",
        envs=[pulumi.Output.secret("MODE=c4n4ry"), "API_TOKEN=c4n4ry", "URL=http://a:c4n4ry@b/"],
        opts=here,
    )
    """
    result = written(program, body).run("preview", "prod")
    assert "policy no-secrets-in-env" in result.output
    assert "c4n4ry" not in result.output
