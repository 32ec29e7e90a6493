"""Who asks: bearer API tokens, stored as their SHA-256, and the account they belong to.

Every handler takes the account from the token and filters by it; no request names an account.
"""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult

from api.problems import Problem
from db.tokens import hash_of
from piccolo_conf import DB

HINT = (
    "Send `Authorization: Bearer igny8_…`. `igny8 user add EMAIL` makes a user and prints a token."
)


class Caller(msgspec.Struct, frozen=True):
    """The user behind a request."""

    id: UUID
    account_id: UUID
    email: str
    role: str


class BearerAuth(AbstractAuthenticationMiddleware):
    """Lets a request through with a token that is known and not revoked."""

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise _refused("This needs an API token.")
        async with DB.connection() as database:
            row = await database.fetchrow(
                "select u.id, u.account_id, u.email, u.role from api_token t"
                " join app_user u on u.id = t.user_id and u.account_id = t.account_id"
                " where t.hash = $1 and t.revoked_at is null",
                hash_of(token),
            )
        if row is None:
            raise _refused("This API token is not known, or it was revoked.")
        caller = Caller(**dict(row))
        return AuthenticationResult(user=caller, auth=None)


def _refused(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, hint=HINT, headers={"WWW-Authenticate": "Bearer"})


async def account_of(request: Request[Caller, None, Any]) -> UUID:
    """The account of the request, for handlers to depend on."""
    return request.user.account_id
