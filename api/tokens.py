"""API tokens: named keys for scripts, each shown once and ended on its own.

Everyone has their own; administrators see and end those of the whole account.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.auth import Asked
from api.people import TokenName, add_api_token
from api.problems import Problem
from db.status import Role
from piccolo_conf import DB

VISIBLE = (
    "select t.id, t.name, u.email, t.created_at, t.used_at from api_token t"
    " join app_user u on u.id = t.user_id"
    " where t.account_id = $1 and (t.user_id = $2 or $3) and t.revoked_at is null"
)
"""Tokens of an account that a user may see: the account, the user, whether an administrator."""


class NewToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A token to make; the name says what it is for."""

    name: TokenName


class TokenRow(msgspec.Struct, frozen=True, kw_only=True):
    """A token without its value. `used_at` is right to the minute, null before the first use."""

    id: UUID
    name: str
    email: str
    created_at: datetime
    used_at: datetime | None


class TokenPage(msgspec.Struct, frozen=True):
    """Some tokens, the oldest first."""

    items: list[TokenRow]
    next: UUID | None


class MadeToken(msgspec.Struct, frozen=True, kw_only=True):
    """A new token with its value, which is told here and never again."""

    id: UUID
    name: str
    token: str

    def __repr__(self) -> str:
        return f"MadeToken({self.id})"


@get("/tokens", summary="List API tokens")
async def list_tokens(
    request: Asked,
    account_id: NamedDependency[UUID],
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 100,
) -> TokenPage:
    """The caller's tokens that are not revoked; for administrators those of the account."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"{VISIBLE} and ($4::uuid is null or t.id > $4) order by t.id limit $5",
            account_id,
            request.user.id,
            request.user.role is Role.ADMIN,
            after,
            limit + 1,
        )
    found = [msgspec.convert(dict(row), TokenRow) for row in rows[:limit]]
    return TokenPage(found, found[-1].id if len(rows) > limit else None)


@post("/tokens", idempotent="secret", summary="Make an API token")
async def make_token(
    request: Asked, account_id: NamedDependency[UUID], data: JSONBody[NewToken]
) -> MadeToken:
    """A token of the caller, for scripts. Keep the value: it is not shown again."""
    async with DB.connection() as connection:
        made, value = await add_api_token(connection, account_id, request.user.id, data.name)
    return MadeToken(id=made, name=data.name, token=value)


@delete("/tokens/{token_id:uuid}", status_code=204, summary="Revoke an API token")
async def revoke_token(
    request: Asked, account_id: NamedDependency[UUID], token_id: FromPath[UUID]
) -> None:
    """The token lets nobody in from now on."""
    async with DB.connection() as connection:
        done = await connection.fetchval(
            "update api_token set revoked_at = now() where account_id = $1"
            " and (user_id = $2 or $3) and id = $4 and revoked_at is null returning true",
            account_id,
            request.user.id,
            request.user.role is Role.ADMIN,
            token_id,
        )
    if not done:
        raise Problem(404, "unknown_token", f"You have no API token {token_id}.")
