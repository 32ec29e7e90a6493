"""Live updates over HTTP: as WebSocket, as server-sent events, and as a list for polling.

All three give the same frames of the account's stream; `docs/live-updates.md` explains them.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Request, WebSocket, get, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, HeaderParameter, QueryParameter
from litestar.response import Stream

from api.auth import Caller, Grant
from api.fanout import catch_up
from api.frames import Batch, Resync
from api.live import GONE, Follower, Live, Refused
from api.problems import Problem
from pipeline import events

After = Annotated[
    str | None,
    QueryParameter(
        description="The cursor of the last frame; without it the answer begins with what is now.",
        max_length=100,
    ),
]
LastEventId = Annotated[
    str | None, HeaderParameter(name="Last-Event-ID", max_length=100, required=False)
]
RETRY_MS = 1000
"""How soon a browser connects again after an event stream broke."""


def live_of(connection: Any) -> Live:
    """What follows in this process."""
    live: Live = connection.app.state.live
    return live


@get("/events/list", summary="List what changed")
async def list_events(
    request: Request[Caller, Grant, Any],
    after: After = None,
    limit: Annotated[int, QueryParameter(ge=1, le=10_000)] = 10_000,
) -> Batch | Resync:
    """For polling: what changed since the cursor, in one frame. `limit` is changes looked at."""
    account = request.user.account_id
    workers = await live_of(request).workers_now()
    if not after:
        return Batch(str((await events.read(account, None)).position), [workers])
    return await catch_up(account, events.position_of(after), workers, limit=limit)


@get(
    "/events",
    summary="Follow what changes",
    media_type="text/event-stream",
    responses={
        200: ResponseSpec(
            str,
            media_type="text/event-stream",
            description="Events whose `data` is a frame as `/events/list` answers it, or `end`",
            generate_examples=False,
        )
    },
)
async def stream_events(
    request: Request[Caller, Grant, Any],
    after: After = None,
    last_event_id: LastEventId = None,
) -> Stream:
    """Frames as server-sent events until one side ends it. Every id is a cursor."""
    try:
        follower = await live_of(request).join(
            request.user.account_id, last_event_id or after, request.auth
        )
    except Refused as refused:
        status = 429 if refused.end.code == 4429 else 503
        code = "too_many_connections" if status == 429 else "stopping"
        headers = {"Retry-After": "5"}
        raise Problem(status, code, refused.end.reason, headers=headers) from None
    return Stream(
        _sse(live_of(request), follower),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _sse(live: Live, follower: Follower) -> AsyncIterator[bytes]:
    follower.task = asyncio.current_task()
    try:
        yield b"retry: %d\n\n" % RETRY_MS
        while frame := await follower.next_frame():
            yield frame.sse
        if follower.end is not None:
            yield b"event: end\ndata: %d %s\n\n" % (
                follower.end.code,
                follower.end.reason.encode(),
            )
    finally:
        live.forget(follower)


@websocket("/events/socket")
async def follow_events(
    socket: WebSocket[Caller, Grant, Any], after: FromQuery[str | None] = None
) -> None:
    """Frames by WebSocket. What the client sends is ignored."""
    live = live_of(socket)
    await socket.accept()
    try:
        follower = await live.join(socket.user.account_id, after, socket.auth)
    except Refused as refused:
        await socket.close(refused.end.code, refused.end.reason)
        return
    follower.task = task = asyncio.current_task()
    assert task is not None
    hearing = asyncio.create_task(_hear(socket, follower))
    try:
        while frame := await follower.next_frame():
            await socket.send_data(frame.text)
    except WebSocketDisconnect:
        pass
    except asyncio.CancelledError:
        if follower.end is None:
            raise
        task.uncancel()  # it hung in sending
    finally:
        live.forget(follower)
        hearing.cancel()
    if follower.end is not None and follower.end is not GONE:
        with contextlib.suppress(WebSocketDisconnect):
            await socket.close(follower.end.code, follower.end.reason)


async def _hear(socket: WebSocket[Caller, Grant, Any], follower: Follower) -> None:
    """Notice at once when the client goes."""
    with contextlib.suppress(WebSocketDisconnect):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
    follower.leave(GONE)
