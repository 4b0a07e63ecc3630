"""Configuration of a running container that changes without replacing the container.

A stable volume holds one directory per version. A new version is uploaded beside the others, the
running service checks it, a pointer file is set to it, and the service reloads. The pointer is what
a restart reads, so a crash at any moment starts with a version that passed its check.
"""

import hashlib
import shlex
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_command as command
import pulumi_docker as docker

from components.engine import Live, LiveFiles, Running
from components.engines.docker_volumes import filler, secret_uploads, upload

# A reload takes milliseconds; on a host that is busy starting containers it was seen to take 2 s.
RELOAD_SECONDS = 30


def publish(
    files: LiveFiles,
    *,
    image: str,
    labels: Sequence[docker.ContainerLabelArgs],
    volume_labels: Sequence[docker.VolumeLabelArgs],
    stack: str,
    environment: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> Live:
    """Upload a version, check it in the service that runs, set the pointer to it."""
    names = list(files.files)
    versions = [secret.version for secret in files.secrets]
    version = pulumi.Output.all(*files.files.values(), *versions).apply(
        lambda parts: _version([*names, *(s.name for s in files.secrets)], parts)
    )
    root = pulumi.Output.concat(files.path, "/", version)
    volume = docker.Volume(f"{files.service}-live", labels=volume_labels, opts=opts)
    uploads = [
        upload(pulumi.Output.concat(root, "/", name), _filled(content, version), files.uid, "0440")
        for name, content in files.files.items()
    ] + secret_uploads(root, files.secrets, files.uid)
    version_files = filler(
        f"{files.service}-version", image, [(files.path, volume.name)], uploads, labels, opts
    )
    checked = command.local.Command(
        f"{files.service}-check",
        create=version.apply(lambda v: _in_service(stack, files.service, files.check, v)),
        triggers=[version],
        environment=environment,
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[version_files]),
    )
    pointer = filler(
        f"{files.service}-pointer",
        image,
        [(files.path, volume.name)],
        [upload(f"{files.path}/{files.entry}", version.apply(
            lambda v: files.pointer.replace("{version}", v)), files.uid, "0440")],
        labels,
        pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[checked])),
    )  # fmt: skip
    return Live(volume.name, version, (version_files, pointer))


def reload(
    files: LiveFiles,
    live: Live,
    running: Running,
    environment: Mapping[str, str],
    opts: pulumi.ResourceOptions,
) -> pulumi.Resource:
    """Tell the service to load what the pointer names; what it serves meanwhile is finished."""
    return command.local.Command(
        f"{files.service}-reload",
        create=pulumi.Output.all(running.addresses[0], live.version).apply(
            lambda known: _reload_script(files, known[0], known[1])
        ),
        triggers=[live.version, running.addresses[0]],
        environment=environment,
        opts=pulumi.ResourceOptions(parent=opts.parent, depends_on=[*running.ready, *live.ready]),
    )


def _version(names: Sequence[str], parts: Sequence[str]) -> str:
    """The directory of a version: from file names, contents and the versions of secrets."""
    text = "\0".join([*names, *parts])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _filled(content: pulumi.Input[str], version: pulumi.Output[str]) -> pulumi.Output[str]:
    return pulumi.Output.all(content, version).apply(lambda c: c[0].replace("{version}", c[1]))


def _reload_script(files: LiveFiles, container: str, version: str) -> str:
    """Reload, and end when the service says that it has loaded the version."""
    return f"""docker exec {container} {shlex.join(files.reload)} || exit 1
deadline=$(( $(date +%s) + {RELOAD_SECONDS} ))
until docker exec {container} {shlex.join(files.proof)} 2>/dev/null | grep -q {version}; do
  if [ "$(date +%s)" -ge "$deadline" ]; then
    echo "{files.service} still serves its old configuration {RELOAD_SECONDS} s after a reload;" \
      "the old containers stay. See: docker logs {container}" >&2
    exit 1
  fi
done
{_forget_script(files.path, container, version)}"""


def _forget_script(path: str, container: str, version: str) -> str:
    """Remove the versions before: they hold keys and passwords that were replaced for a reason.

    The service may not write there, so a container of its own image does, on no network and with no
    right but that.
    """
    there = f'eq .Destination "{path}"'
    volume = "{{range .Mounts}}{{if " + there + "}}{{.Name}}{{end}}{{end}}"
    return f"""
versions=$(docker exec {container} ls {path} | grep -xE '[0-9a-f]{{12}}')
old=$(echo "$versions" | grep -vx {version}) || exit 0
docker run --rm --network none --read-only --user 0 --cap-drop ALL --cap-add DAC_OVERRIDE \
  --security-opt no-new-privileges --log-driver none --entrypoint rm --workdir {path} \
  --volume "$(docker inspect --format '{volume}' {container}):{path}" \
  "$(docker inspect --format '{{{{.Image}}}}' {container})" -rf $old
"""


def _in_service(stack: str, service: str, argv: Sequence[str], version: str) -> str:
    """A script that runs argv in the running service, if there is one: a first start has none."""
    command_line = shlex.join(part.replace("{version}", version) for part in argv)
    return (
        f"running=$(docker ps --quiet --filter label=tasktracker.stack={shlex.quote(stack)}"
        f" --filter label=tasktracker.service={shlex.quote(service)}"
        " --filter status=running | head -n 1)\n"
        f'[ -z "$running" ] || docker exec "$running" {command_line}\n'
    )
