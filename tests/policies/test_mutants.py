"""The prod stack with one thing broken at a time: each is blocked by the rule meant, none crashes.

`pytest -s` prints the matrix; docs/mutants.md holds it.
"""

from __future__ import annotations

import pytest

from policies.planned import Stack
from policies.registry import RULES
from policies.rule import Level
from tests.policies.conftest import PlanOf
from tests.policies.draft import Draft
from tests.policies.mutants import FILE, Mutant, judged, just_deployed, matrix, mutants, page
from tests.policies.mutations import MUTATIONS
from tests.policies.preview import PACK, Result, Workspace


@pytest.fixture(scope="module")
def prod(plan_of: PlanOf) -> Stack:
    return just_deployed(plan_of("prod").stack)


@pytest.fixture(scope="module")
def tried(prod: Stack) -> list[Mutant]:
    return mutants(prod)


def test_the_plan_itself_breaks_no_law(prod: Stack) -> None:
    assert [(f.rule.id, f.urn, f.fact) for f in judged(prod) if f.blocks] == []


def test_every_mutant_is_blocked_by_the_rules_meant(tried: list[Mutant]) -> None:
    print(matrix(tried))
    missed = [(m.mutation.name, m.name, sorted(m.missed)) for m in tried if m.missed]
    assert missed == []


def test_no_mutant_crashes_a_rule(tried: list[Mutant]) -> None:
    assert [(m.mutation.name, m.name, m.crashes) for m in tried if m.crashes] == []


def test_there_are_mutants_of_every_service_and_for_every_mandatory_rule(
    tried: list[Mutant],
) -> None:
    assert len(tried) >= 200
    mandatory = {rule.id for rule in RULES if rule.levels.prod is Level.mandatory}
    assert mandatory - {rule for m in tried for rule in m.mutation.rules} == set()


def test_names_of_mutations_differ() -> None:
    names = [mutation.name for mutation in MUTATIONS]
    assert len(set(names)) == len(names)


def test_the_document_is_the_one_these_mutants_write(tried: list[Mutant]) -> None:
    assert FILE.read_text() == page(tried), "write it anew: python -m tests.policies.mutants"


MANDATORY = Level.mandatory.name

# Tried through a real preview too, all in one program: of each kind of thing that can be broken.
THROUGH = {
    "privileged": "api-1",
    "user root": "postgres",
    "no user": "roles",
    "adds cap_net_admin": "worker-1",
    "seccomp=unconfined": "dashboard-1",
    "root is writable": "nginx",
    "host pid": "backup",
    "docker.sock:ro": "drill",
    "/etc": "nats",
    "shared propagation": "api-2",
    "writes to postgres's volume": "worker-2",
    "data unprotected": "nats-data",
    "published": "dashboard-2",
    "on the backend": "dashboard-1",
    "network not internal": "frontend",
    "no memory limit": "migrations",
    "probe: twice nested": "worker-1",
    "probe: || true": "api-1",
    "nobody waits for it": "dashboard-1",
    "restart always": "nats",
    "deleted first": "api-2",
    "latest": "nginx-image",
    "another release": "worker-1",
    "password in env": "api-1",
    "secret 0644": "api-files",
    "pg_hba trust": "postgres",
    "publishes >": "nats",
    "edge: CSP unsafe-eval": "nginx",
    "edge: TLS 1.0": "nginx",
    "unknown: image": "drill",
    "a raw container": "raw",
    "docker run": "run",
    "by mode elsewhere": "dashboard-2",
    "/ by rbind": "nginx-live",
}


@pytest.fixture(scope="module")
def together(prod: Stack) -> Stack:
    """The plan with all of those broken at once; each change adds to the others."""
    draft = Draft(prod)
    by_name = {mutation.name: mutation for mutation in MUTATIONS}
    for mutation, name in THROUGH.items():
        by_name[mutation].change(draft, name)
    resources = [*draft.untouched, *draft.touched]
    real = tuple(r for r in resources if r.type.startswith(("docker:", "command:")))
    return Stack(prod.name, real, {"backups": prod.settings["backups"]})


@pytest.fixture(scope="module")
def previewed(together: Stack, tmp_path_factory: pytest.TempPathFactory) -> Result:
    workspace = Workspace(tmp_path_factory.mktemp("mutants"))
    workspace.plan(together.resources)
    return workspace.run("preview", "prod", "--policy-pack", str(PACK))


def test_a_real_preview_and_the_judge_find_the_same(together: Stack, previewed: Result) -> None:
    names = {resource.name for resource in together.resources}
    of_judge = {
        (finding.rule.id, finding.urn.rpartition("::")[2])
        for finding in judged(together)
        if finding.blocks and finding.rule.id != "healthcheck-changes-replace"  # the guard's alone
    }
    of_preview = {(e.rule, e.resource) for e in previewed.events if e.level == MANDATORY}
    # What is about the whole stack is told on it, whatever it is called.
    about_it = {rule for rule, name in of_judge if name not in names}
    assert {rule for rule, name in of_preview if name not in names} == about_it
    assert {each for each in of_preview if each[1] in names} == {
        each for each in of_judge if each[1] in names
    }
    assert previewed.status != 0


@pytest.mark.parametrize("mutation", THROUGH)
def test_a_mutant_is_blocked_in_a_real_preview(previewed: Result, mutation: str) -> None:
    (meant,) = [each.rules for each in MUTATIONS if each.name == mutation]
    blocking = {e.rule for e in previewed.events if e.level == MANDATORY}
    assert set(meant) <= blocking
