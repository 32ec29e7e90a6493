"""Who asks: an API token (`Authorization: Bearer`) or a session (cookie), and whose account it is.

Both are opaque, stored as their SHA-256, and looked up at every request, so that revoking works
at once. Every handler takes the account from the caller and filters by it; no request names one.
"""

from collections.abc import Collection
from typing import Any, Literal, cast
from uuid import UUID

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from api.limits import Limits
from api.origin import may_change, require_own_origin
from api.problems import MEDIA_TYPE, Problem, problem
from db.status import Role
from db.tokens import hash_of
from piccolo_conf import DB

HINT = "Sign in, or send `Authorization: Bearer igny8_…`; `igny8 user token EMAIL` makes a token."

COOKIE = "igny8_session"
"""Name of the cookie with a session's secret."""

SESSION_DAYS = 90
"""How long a session lasts at most; its cookie says the same."""

IDLE_DAYS = 14
"""How long a session lasts without being used."""

OPEN_TO_ALL = {"exclude_from_auth": True}
"""`opt` of handlers that answer whoever asks."""

Connection = ASGIConnection[Any, Any, Any, Any]


class Caller(msgspec.Struct, frozen=True):
    """The user behind a request."""

    id: UUID
    account_id: UUID
    email: str
    role: Role


class Grant(msgspec.Struct, frozen=True):
    """What lets a caller in: a row of `user_session` or of `api_token`."""

    kind: Literal["session", "token"]
    id: UUID


Asked = Request[Caller, Grant, Any]
"""A request that went through the gate."""


class Kind(msgspec.Struct, frozen=True):
    """Where grants of a kind are kept, which of them are live, and how often their use is noted."""

    name: Literal["session", "token"]
    table: str
    live: str
    noted_every: str
    unknown: str

    @property
    def stale(self) -> str:
        """The condition on which the use of a grant is to be noted again."""
        return f"(s.used_at is null or s.used_at < now() - interval '{self.noted_every}')"


SESSION = Kind(
    "session",
    "user_session",
    f"s.used_at > now() - interval '{IDLE_DAYS} days'"
    f" and s.created_at > now() - interval '{SESSION_DAYS} days'",
    "1 hour",
    "You are signed out: this session has ended, or it was revoked.",
)
TOKEN = Kind(
    "token",
    "api_token",
    "s.revoked_at is null",
    "1 minute",
    "This API token is not known, or it was revoked.",
)


class Gate(ASGIMiddleware):
    """Lets HTTP requests and WebSocket handshakes through whose grant is known and not ended.

    With a cookie the origin must be our own; each grant has its rate. `scope["user"]` is the
    Caller and `scope["auth"]` the Grant.
    """

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)
    exclude_opt_key = "exclude_from_auth"

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        if scope.get("method") != "OPTIONS":
            try:
                await _admit(ASGIConnection(scope))
            except Problem as refusal:
                if scope["type"] != ScopeType.WEBSOCKET:
                    raise
                await _deny(scope, send, refusal)
                return
        await next_app(scope, receive, send)


async def _admit(connection: Connection) -> None:
    """Put caller and grant into the scope. Raises Problem 401, 403 or 429."""
    header = connection.headers.get("authorization")
    if header is not None:
        scheme, _, secret = header.partition(" ")
        kind, secret = TOKEN, secret.strip() if scheme.lower() == "bearer" else ""
    else:
        kind, secret = SESSION, connection.cookies.get(COOKIE, "")
    if not secret:
        raise _refused("This needs a session or an API token.")
    caller, grant = await find_caller(kind, secret)
    if kind is SESSION and may_change(connection):
        require_own_origin(connection)
    limits: Limits = connection.app.state.limits
    await limits.spend(str(grant.id))
    connection.scope["user"], connection.scope["auth"] = caller, grant


async def find_caller(kind: Kind, secret: str) -> tuple[Caller, Grant]:
    """Whose session or token this is; notes its use. Raises Problem 401."""
    async with DB.connection() as database:
        row = await database.fetchrow(
            f"select s.id as grant_id, {kind.stale} as stale, u.id, u.account_id, u.email, u.role"
            f" from {kind.table} s join app_user u on u.id = s.user_id"
            f" where s.hash = $1 and {kind.live}",
            hash_of(secret),
        )
        if row is None:
            raise _refused(kind.unknown)
        if row["stale"]:
            await database.execute(
                f"update {kind.table} s set used_at = now() where s.id = $1 and {kind.stale}",
                row["grant_id"],
            )
    caller = Caller(row["id"], row["account_id"], row["email"], Role(row["role"]))
    return caller, Grant(kind.name, row["grant_id"])


async def ended(grants: Collection[Grant]) -> set[Grant]:
    """Those of `grants` that let nobody in any more: revoked, expired, or their user deleted.

    One query for any number, so that whoever holds connections open can ask every few seconds.
    """
    found: set[Grant] = set()
    async with DB.connection() as database:
        for kind in (SESSION, TOKEN):
            ids = [grant.id for grant in grants if grant.kind == kind.name]
            if ids:
                rows = await database.fetch(
                    f"select s.id from {kind.table} s where s.id = any($1::uuid[]) and {kind.live}",
                    ids,
                )
                found |= {Grant(kind.name, row["id"]) for row in rows}
    return set(grants) - found


def admin_only(connection: Connection, _: BaseRouteHandler) -> None:
    """A guard: lets administrators through. Raises Problem 403."""
    if connection.user.role is not Role.ADMIN:
        raise Problem(
            403,
            "admin_only",
            "This needs an administrator.",
            hint="Ask an administrator of your account to do it, or to make you one.",
        )


def _refused(detail: str) -> Problem:
    return Problem(401, "unauthorized", detail, hint=HINT, headers={"WWW-Authenticate": "Bearer"})


async def _deny(scope: Scope, send: Send, refusal: Problem) -> None:
    """Answer a WebSocket handshake with the problem, or with a bare 403 if the server cannot."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 4000 + refusal.status, "reason": ""})
        return
    answer = problem(cast(Request[Any, Any, Any], ASGIConnection(scope)), refusal)
    headers = {"content-type": MEDIA_TYPE, **answer.headers}
    start = {
        "type": "websocket.http.response.start",
        "status": refusal.status,
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    body = {"type": "websocket.http.response.body", "body": msgspec.json.encode(answer.content)}
    await send(cast(Any, start))
    await send(cast(Any, body))


async def account_of(request: Asked) -> UUID:
    """The account of the request, for handlers to depend on."""
    return request.user.account_id
