"""Who may call what: a bearer token for admin calls, Basic auth for statistics."""

import secrets
from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBasic, HTTPBasicCredentials
from fastapi.security import HTTPBearer as Bearer

from tasktracker.api.parts import Shared


def _same(given: str, expected: str) -> bool:
    return secrets.compare_digest(given.encode(), expected.encode())


def admin(
    shared: Shared,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(Bearer(auto_error=False))],
) -> None:
    """Lets a request pass that carries the admin token."""
    token = shared.settings.admin_token.get_secret_value()
    if given is None or not _same(given.credentials, token):
        raise HTTPException(
            401, "send Authorization: Bearer <admin token>", {"WWW-Authenticate": "Bearer"}
        )


def reader(
    shared: Shared,
    given: Annotated[HTTPBasicCredentials | None, Depends(HTTPBasic(auto_error=False))],
) -> None:
    """Lets a request pass that carries the statistics user and password."""
    settings = shared.settings
    password = settings.statistics_password.get_secret_value()
    # Both are compared whatever the first says, so that time doesn't tell which one was wrong.
    if given is None or not (
        _same(given.username, settings.statistics_user) & _same(given.password, password)
    ):
        raise HTTPException(
            401,
            "send the statistics user and password by Basic auth",
            {"WWW-Authenticate": 'Basic realm="statistics"'},
        )
