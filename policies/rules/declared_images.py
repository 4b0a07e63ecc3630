"""An image the stack doesn't name is pulled when its container starts: late, and only then found
missing.
"""

from collections.abc import Iterator

from policies.example import container, planned, stack
from policies.planned import IMAGE, REMOTE_IMAGE, Stack
from policies.rule import ADVICE, Config, Found, Rule, Severity


def check(stack: Stack, _: Config) -> Iterator[Found]:
    made: set[str] = set()
    for resource in stack.of(REMOTE_IMAGE, IMAGE):
        if resource.inputs.known("name") and resource.inputs.known("imageName"):
            made.add(resource.image)
    for resource in stack.workloads:
        if not resource.workload.spec.known("image"):
            continue  # an output of such a resource
        if resource.image not in made and not resource.image.startswith("sha256:"):
            yield resource, f"{resource.image} is not an image of the stack"


rule = Rule(
    id="declared-images",
    title="Images are pulled before anything is stopped",
    severity=Severity.low,
    frameworks=("audit I5", "audit I6"),
    why=__doc__,
    mend="Declare a RemoteImage of that name, and depend on it.",
    levels=ADVICE,
    passes=(
        stack(planned(REMOTE_IMAGE, name="nats:2.12.1"), container("nats", image="nats:2.12.1")),
    ),
    fails=(stack(container("nats", image="nats:2.12.1")),),
    check=check,
)
