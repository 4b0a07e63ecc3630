"""Proof that containers are healthy: a step of its own, which a repeated `up` cannot pass by.

The provider can wait for health as well, but only while it creates a container: one that failed
there counts as made at the next `up`, and its healthy predecessor would be deleted. A command that
failed was never made, so it runs again until the containers are healthy or replaced.
"""

import shlex
from collections.abc import Sequence

# On top of what the health check itself allows: a start on a host that starts everything at once.
MARGIN_SECONDS = 20

# Ends when all containers are healthy, or fails and tells what the sick one said. What it waits on
# between two looks is the engine's own event stream. It travels in the environment, so that an
# error shows one line of command and not all of this.
SCRIPT = r"""
deadline=$(( $(date +%s) + $1 ))
shift
state() { docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$1"; }
for container in "$@"; do
  until [ "$(state "$container")" = "running healthy" ]; do
    now=$(date +%s) said=$(state "$container") || exit 1
    if [ "${said#* }" = unhealthy ] || [ "$now" -ge "$deadline" ]; then
      echo "$container is not healthy but: $said. What it was to replace still serves." >&2
      echo "Its last probes said:" >&2
      docker inspect --format '{{range .State.Health.Log}}{{.Output}}{{println}}{{end}}' \
        "$container" | grep . | tail -n 3 >&2
      echo "Its log ends:" >&2
      docker logs --tail 20 "$container" >&2
      exit 1
    fi
    docker events --until $(( now + 1 )) --filter container="$container" > /dev/null
  done
done
"""

ENVIRONMENT = {"PROVE_HEALTHY": SCRIPT}


def gate(containers: Sequence[str], seconds: int) -> str:
    """The command that proves containers healthy within what their health check allows."""
    names = shlex.join(containers)
    return f'sh -c "$PROVE_HEALTHY" prove-healthy {seconds + MARGIN_SECONDS} {names}'
