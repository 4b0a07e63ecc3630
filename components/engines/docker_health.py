"""Proof that containers are healthy: a step of its own, which a repeated `up` cannot pass by.

The provider can wait for health as well, but only while it creates a container: one that failed
there counts as made at the next `up`, and its healthy predecessor would be deleted. A command that
failed was never made, so it runs again until the containers are healthy or replaced.
"""

import shlex
from collections.abc import Sequence

from components.workload import Health

# On top of what the health check itself allows: a start on a host that starts everything at once.
# Unhealthy is no end before that, as the engine goes on to ask as well.
MARGIN_SECONDS = 60

# A container that ended so often after its dependencies were there won't come up by waiting.
CRASHES = 3

# Ends when all containers are healthy, or fails and tells what the sick one said. It asks the
# container's own probe itself, as the engine asks for the first time only after a whole interval
# (30 s for a worker), and takes the engine's answer where that comes first. What it waits on
# between two looks is the engine's event stream. It travels in the environment, so that an error
# shows one line of command and not all of this.
SCRIPT = r"""
deadline=$(( $(date +%s) + $1 )) crashes=$2 timeout=$3 probe=$4
shift 4
look() { docker inspect --format "{{$2}}" "$1"; }
ask() {
  eval "exec docker exec $1 $probe" > /dev/null 2>&1 &
  asked=$!
  ( sleep "$timeout"; kill "$asked" ) > /dev/null 2>&1 &
  watch=$!
  { wait "$asked"; } 2> /dev/null
  answer=$?
  kill "$watch" 2> /dev/null
  return "$answer"
}
for container in "$@"; do
  while :; do
    state=$(look "$container" .State.Status) || exit 1
    health=$(look "$container" .State.Health.Status)
    restarts=$(look "$container" .RestartCount)
    [ "$state $health" = "running healthy" ] && break
    if [ "$restarts" -ge "$crashes" ] || [ "$(date +%s)" -ge "$deadline" ]; then
      echo "$container is not healthy but $state, $health, restarted $restarts times." \
        "What it was to replace still serves." >&2
      echo "Its last probes said:" >&2
      look "$container" 'range .State.Health.Log}}{{.Output}}{{println}}{{end' \
        | grep . | tail -n 3 >&2
      echo "Its log ends:" >&2
      docker logs --tail 20 "$container" >&2
      exit 1
    fi
    [ "$state" = running ] && ask "$container" && break
    docker events --until $(( $(date +%s) + 1 )) --filter container="$container" > /dev/null
  done
done
"""

ENVIRONMENT = {"PROVE_HEALTHY": SCRIPT}


def gate(containers: Sequence[str], health: Health) -> str:
    """The command that proves containers healthy within what their health check allows."""
    limits = f"{health.green_within + MARGIN_SECONDS} {CRASHES} {health.timeout}"
    probe = shlex.quote(shlex.join(health.command))
    return f'sh -c "$PROVE_HEALTHY" prove-healthy {limits} {probe} {shlex.join(containers)}'
