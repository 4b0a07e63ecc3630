"""A secret is for the one user that needs it; Docker's own mode lets everybody in the container
read.
"""

import re
from collections.abc import Iterator

from policies.example import container, service
from policies.planned import SERVICE, WORKLOADS, Planned
from policies.rule import DEPLOYED, Config, Rule, Severity


def check(resource: Planned, _: Config) -> Iterator[str]:
    if resource.type == SERVICE:
        for secret in resource.workload.spec.each("secrets"):
            mode = int(secret.number("fileMode")) if secret.has("fileMode") else 0o444
            if mode & 0o077 & ~0o040:
                yield f"the secret {secret.text('fileName')} can be read by everybody"
        return
    for upload in resource.inputs.each("uploads"):
        if not upload.known("file") or not _is_secret(upload.text("file")):
            continue
        permissions = upload.text("permissions") or "0644"
        if not re.fullmatch(r"0?[0-7]{3}", permissions) or int(permissions, 8) & 0o037:
            yield f"{upload.text('file')} has the permissions {permissions}"


def _is_secret(path: str) -> bool:
    return "/run/secrets/" in path or path.endswith((".key", "-key.pem", "id_rsa", "id_ed25519"))


rule = Rule(
    id="secret-files-private",
    title="Secret files are readable by their user alone",
    severity=Severity.high,
    frameworks=("CIS 7.4", "OWASP D12", "audit S1", "audit S5"),
    why=__doc__,
    mend="Set `permissions` 0400 and `owner` its uid (a service: `fileMode`, `fileUid`).",
    levels=DEPLOYED,
    applies=WORKLOADS,
    passes=(
        container(
            uploads=[
                {"file": "/run/secrets/k", "content": "x", "permissions": "0400"},
                {"file": "/etc/a.conf"},
            ]
        ),
        service(spec={"secrets": [{"fileName": "k", "fileMode": 256}]}),
    ),
    fails=(
        container(uploads=[{"file": "/run/secrets/k", "content": "x"}]),
        service(spec={"secrets": [{"fileName": "k"}]}),
    ),
    check=check,
)
