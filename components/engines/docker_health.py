"""Proof that containers are healthy: a step of its own, which a repeated `up` cannot pass by.

The provider can wait for health as well, but only while it creates a container: one that failed
there counts as made at the next `up`, and its healthy predecessor would be deleted. A command that
failed was never made, so it runs again until the containers are healthy or replaced.
"""

import shlex
from collections.abc import Sequence

# On top of what the health check itself allows: a start on a host that starts everything at once.
MARGIN_SECONDS = 20


def gate(containers: Sequence[str], seconds: int) -> str:
    """A script that ends when all containers are healthy, or fails and says what each one said.

    `seconds` is what the health check allows from start to green. The engine's own event stream is
    what the script waits on between two looks.
    """
    names = " ".join(shlex.quote(name) for name in containers)
    probes = "{{range .State.Health.Log}}{{.Output}}{{println}}{{end}}"
    return f"""deadline=$(( $(date +%s) + {seconds + MARGIN_SECONDS} ))
state() {{ docker inspect --format '{{{{.State.Status}}}} {{{{.State.Health.Status}}}}' "$1"; }}
for container in {names}; do
  until [ "$(state "$container")" = "running healthy" ]; do
    now=$(date +%s) said=$(state "$container") || exit 1
    if [ "$said" = "running unhealthy" ] || [ "$now" -ge "$deadline" ]; then
      echo "$container is not healthy but: $said. What it was to replace still serves." >&2
      echo "Its last probes said:" >&2
      docker inspect --format '{probes}' "$container" | grep . | tail -n 3 >&2
      echo "Its log ends:" >&2
      docker logs --tail 20 "$container" >&2
      exit 1
    fi
    docker events --until $(( now + 1 )) --filter container="$container" > /dev/null
  done
done
"""
