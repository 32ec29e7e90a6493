"""How long a request may take until its answer begins: nobody waits long for servers that hang.

PostgreSQL and Redis have timeouts of their own for each statement, but a handler makes several. The
time in which the client still sends its body does not count (`api/protocol.py` bounds it).
"""

import asyncio

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from litestar.types.asgi_types import ReceiveMessage

from api.problems import Problem

PATIENCE = 30.0
"""Seconds for most requests; a handler that may take longer says so: `@post(..., patience=120)`."""

LATE = "Request timed out: it took more than {:g} seconds. PostgreSQL or Redis may be overloaded."
SAFE = "Nothing was changed. Try again in a few seconds."
UNSURE = "Look whether it was done before you send it again; an Idempotency-Key makes that safe."


def patient(app: ASGIApp) -> ASGIApp:
    """Give up on a request whose answer does not begin in time: Problem 503."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        patience = float(scope["route_handler"].opt.get("patience", PATIENCE))
        begun = False

        def wait(seconds: float | None) -> None:
            if not (begun or limit.expired()):
                now = asyncio.get_running_loop().time()
                limit.reschedule(None if seconds is None else now + seconds)

        async def receiving() -> ReceiveMessage:
            wait(None)
            message = await receive()
            wait(patience)
            return message

        async def sending(message: Message) -> None:
            nonlocal begun
            wait(None)
            begun = True
            await send(message)

        try:
            async with asyncio.timeout(patience) as limit:
                await app(scope, receiving, sending)
        except TimeoutError:
            if begun or not limit.expired():
                raise
            raise too_late(str(scope["method"]), patience) from None

    return middleware


def too_late(method: str, patience: float) -> Problem:
    """The problem of a request that took too long; what to do depends on what it may have done."""
    hint = SAFE if method in ("GET", "HEAD", "OPTIONS") else UNSURE
    headers = {"Retry-After": "5"}
    return Problem(503, "timed_out", LATE.format(patience), hint=hint, headers=headers)
