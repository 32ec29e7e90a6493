"""Idempotency-Key: a POST that creates is done once, however often it is sent.

A handler takes part by its marker: `@post("/runs", idempotent=True)`. The first request with a key
claims it; its answer is kept before it is sent, and given again for KEPT to the same request of
the account, also to one that came at the same moment and waits. An answer that is no success is not
kept: the key is free again, but after an outage, where nobody knows whether it was done.
`idempotent="secret"` keeps that it was done, never what was answered.
"""

import asyncio
import hashlib
import time
from http import HTTPStatus
from typing import Any
from uuid import UUID

from litestar import Litestar, Request
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.openapi.spec import Parameter, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, invalid
from piccolo_conf import DB
from pipeline.connections import UNREACHABLE

HEADER = "Idempotency-Key"
LONGEST = 200
KEPT = "24 hours"
WAIT = 10.0
"""Seconds a request waits for the answer to the first one of its key."""

CLAIM = """
    insert into idempotency_key (account_id, key, fingerprint) values ($1, $2, $3)
    on conflict (account_id, key) do nothing returning id"""


class Idempotency(ASGIMiddleware):
    """Stands behind the authentication: keys are an account's own."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Answer again, or let the request through and keep its answer."""
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        marker = request.route_handler.opt.get("idempotent")
        key = request.headers.get(HEADER)
        if not marker or key is None:
            await next_app(scope, receive, send)
            return
        if not (key.isascii() and key.isprintable() and 0 < len(key) <= LONGEST):
            raise invalid(HEADER, f"This must be 1 to {LONGEST} printable ASCII characters.")
        account: UUID = request.user.account_id
        row = await _claim(account, key, await _fingerprint(request))
        if isinstance(row, Kept):
            await row.send(send)
            return
        answer = Recorder()
        try:
            await next_app(scope, receive, answer)
        except UNREACHABLE:  # it may have been done all the same
            raise
        except Exception:
            await _free(row)
            raise
        await _keep(row, answer, secret=marker == "secret")
        for message in answer.messages:
            await send(message)


class Recorder:
    """Takes an answer in place of the client."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        """As ASGI's send."""
        self.messages.append(message)

    @property
    def status(self) -> int:
        return next(m["status"] for m in self.messages if m["type"] == "http.response.start")

    @property
    def media_type(self) -> str:
        headers = next(m["headers"] for m in self.messages if m["type"] == "http.response.start")
        return dict(headers).get(b"content-type", b"application/json").decode()

    @property
    def body(self) -> bytes:
        return b"".join(m["body"] for m in self.messages if m["type"] == "http.response.body")


class Kept:
    """An answer that was given before."""

    def __init__(self, row: Any) -> None:
        self.status, self.media_type, self.body = row["status"], row["media_type"], row["body"]

    async def send(self, send: Send) -> None:
        """Give it again, and say so."""
        headers = [
            (b"content-type", self.media_type.encode()),
            (b"content-length", str(len(self.body)).encode()),
            (b"idempotency-replayed", b"true"),
        ]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


async def _fingerprint(request: Request[Any, Any, Any]) -> bytes:
    """A hash of what was asked: method, address and body."""
    asked = f"{request.method} {request.url.path}?{request.url.query} {request.content_type}"
    return hashlib.sha256(asked.encode() + b"\n" + await request.body()).digest()


async def _claim(account: UUID, key: str, fingerprint: bytes) -> int | Kept:
    """The id of our own new row, or the answer that was kept. Raises Problem (409, 422)."""
    give_up = time.monotonic() + WAIT
    while True:
        async with DB.connection() as connection:
            await connection.execute(
                "delete from idempotency_key"
                f" where account_id = $1 and created_at < now() - interval '{KEPT}'",
                account,
            )
            mine: int | None = await connection.fetchval(CLAIM, account, key, fingerprint)
            if mine is not None:
                return mine
            row = await connection.fetchrow(
                "select fingerprint, status, media_type, body from idempotency_key"
                " where account_id = $1 and key = $2",
                account,
                key,
            )
        if row is not None and row["fingerprint"] != fingerprint:
            raise Problem(
                422,
                "idempotency_mismatch",
                f"This {HEADER} was used for another request. Nothing was done.",
                hint="Use a new key for a new request; send the same body with the same key.",
            )
        if row is not None and row["status"] is not None:
            return _again(row)
        if time.monotonic() > give_up:
            raise Problem(
                409,
                "idempotency_open",
                f"A request with this {HEADER} has begun, and its answer is not known.",
                hint="Look whether it has been done; if not, send it with a new key.",
                headers={"Retry-After": "10"},
            )
        await asyncio.sleep(0.05)


def _again(row: Any) -> Kept:
    if row["body"] is None:
        raise Problem(
            409,
            "already_done",
            f"This was done before with this {HEADER}. Its answer is shown only once.",
            hint="If the answer was lost, revoke what it made and send this with a new key.",
        )
    return Kept(row)


async def _keep(row: int, answer: Recorder, *, secret: bool) -> None:
    """Keep a success; free the key otherwise, unless it may have been done all the same."""
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return
    if not 200 <= answer.status < 300:
        await _free(row)
        return
    async with DB.connection() as connection:
        await connection.execute(
            "update idempotency_key set status = $2, media_type = $3, body = $4 where id = $1",
            row,
            answer.status,
            answer.media_type,
            None if secret else answer.body,
        )


async def _free(row: int) -> None:
    async with DB.connection() as connection:
        await connection.execute("delete from idempotency_key where id = $1", row)


def announce(app: Litestar) -> None:
    """Describe the header at every operation that takes it."""
    header = Parameter(
        name=HEADER,
        param_in="header",
        schema=Schema(type=OpenAPIType.STRING, min_length=1, max_length=LONGEST),
        description=f"The same request with the same key is done once; kept for {KEPT}.",
    )
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler) and handler.opt.get("idempotent"):
                item = (app.openapi_schema.paths or {})[route.path_format]
                operation = item.post
                assert operation is not None
                operation.parameters = [*(operation.parameters or []), header]
