"""Live updates of an API process: over the network, refused, signed out, slow, and at its stop."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from piccolo_conf import DB
from pipeline import controls, events
from tests.api.following import Frame, Server, events_until, next_frame, server  # noqa: F401

pytestmark = pytest.mark.slow

ROW = UUID(int=7)
STOP_WITHIN = 8.0
"""Seconds: what a stop may take at most; running requests would get ten."""


async def _forever(socket: ClientConnection) -> AsyncIterator[Frame]:
    while True:
        yield await next_frame(socket)


async def closed(socket: ClientConnection) -> tuple[int, str]:
    """Code and reason with which the server closes."""
    with pytest.raises(ConnectionClosed) as ending:
        async for _ in _forever(socket):
            pass
    assert ending.value.rcvd is not None
    return ending.value.rcvd.code, ending.value.rcvd.reason


async def test_socket_and_list_tell_the_same(
    server: Server,  # noqa: F811
    account: UUID,
    token: str,
    keywords: list[UUID],
) -> None:
    async with server.socket(token) as socket, server.client(token) as client:
        cursor = (await next_frame(socket))["cursor"]
        await events.rows_changed(account, "keyword", keywords)
        frame = await next_frame(socket)
        listed = (await client.get("/events/list", params={"after": cursor})).json()
    assert frame["events"][0]["ids"] == [str(each) for each in keywords]
    assert frame["events"][0] in listed["events"]
    assert listed["cursor"] == frame["cursor"]


async def test_head_of_the_event_stream_ends_at_once_and_keeps_its_connection(
    server: Server,  # noqa: F811
    token: str,
) -> None:
    async with server.client(token) as client:
        for _ in range(2):
            answer = await client.head("/events")
            assert (answer.status_code, answer.content) == (200, b"")
            assert answer.headers["content-type"].startswith("text/event-stream")
        assert (await client.get("/events/list")).status_code == 200


async def test_an_event_stream_goes_on_after_the_last_event_id(
    server: Server,  # noqa: F811
    account: UUID,
    token: str,
) -> None:
    async with server.client(token) as client:
        cursor = (await client.get("/events/list")).json()["cursor"]
        await events.rows_changed(account, "keyword", [ROW])
        headers = {"Last-Event-ID": cursor}
        async with client.stream("GET", "/events", headers=headers) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    frame = json.loads(line.removeprefix("data: "))
                    break
    assert str(ROW) in frame["events"][0]["ids"]


async def test_a_run_is_followed_over_a_socket(
    server: Server,  # noqa: F811
    account: UUID,
    token: str,
    keywords: list[UUID],
) -> None:
    async with server.socket(token) as socket:
        await next_frame(socket)
        run = await controls.start(account, first_stage=1, last_stage=1, selection=keywords)
        async with asyncio.timeout(20):
            seen = await events_until(socket, "run", "progress", "credits")
    assert {event["run"] for event in seen if "run" in event} == {str(run)}


@pytest.mark.parametrize("cursor", ["x", "0" * 24 + ".5-0"])
async def test_an_unknown_cursor_gets_resync_by_every_way(
    server: Server,  # noqa: F811
    token: str,
    cursor: str,
) -> None:
    async with server.socket(token, cursor) as socket, server.client(token) as client:
        assert (await next_frame(socket))["type"] == "resync"
        answer = await client.get("/events/list", params={"after": cursor})
    assert answer.json()["type"] == "resync"


async def test_nobody_follows_without_a_token(server: Server, db: None) -> None:  # noqa: F811
    with pytest.raises(InvalidStatus) as refused:
        async with server.socket("igny8_none"):
            pass
    assert refused.value.response.status_code == 401
    async with server.client("igny8_none") as client:
        assert (await client.get("/events")).status_code == 401
        assert (await client.get("/events/list")).status_code == 401


async def test_a_revoked_token_closes_its_sockets(server: Server, token: str) -> None:  # noqa: F811
    async with server.socket(token) as socket:
        await next_frame(socket)
        async with DB.connection() as connection:
            await connection.execute("update api_token set revoked_at = now()")
        async with asyncio.timeout(30):
            assert (await closed(socket))[0] == 4401


async def test_what_a_client_sends_changes_nothing(
    server: Server,  # noqa: F811
    account: UUID,
    token: str,
) -> None:
    async with server.socket(token) as socket:
        await next_frame(socket)
        for noise in ("ping", b"\x00\xff", "{}"):
            await socket.send(noise)
        await events.rows_changed(account, "keyword", [ROW])
        assert (await next_frame(socket))["events"][0]["ids"] == [str(ROW)]


async def test_a_stop_closes_all_who_follow_within_seconds(
    server: Server,  # noqa: F811
    token: str,
) -> None:
    async with server.socket(token) as socket, server.client(token) as client:
        await next_frame(socket)
        async with client.stream("GET", "/events") as answer:
            lines = answer.aiter_lines()
            assert await anext(lines)
            began = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            assert await closed(socket) == (1001, "the server stops: connect again")
            assert "event: end" in [line async for line in lines]
        await asyncio.to_thread(server.process.wait, 30)
    assert time.monotonic() - began < STOP_WITHIN


async def test_a_client_that_reads_nothing_does_not_hold_up_a_stop_or_others(
    server: Server,  # noqa: F811
    account: UUID,
    token: str,
) -> None:
    deaf = await asyncio.open_connection("127.0.0.1", server.port, limit=1024)
    deaf[1].write(
        b"GET /api/v1/events/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\n"
        b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        b"Authorization: Bearer %s\r\n\r\n" % token.encode()
    )
    deaf[1].transport.pause_reading()  # type: ignore[attr-defined]
    async with server.socket(token, max_size=None) as socket:
        await next_frame(socket)
        rows = [UUID(int=n) for n in range(500)]
        for _ in range(80):  # 20 kB each: more than the buffers on the way hold
            await events.rows_changed(account, "keyword", rows)
            await next_frame(socket)
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        assert (await closed(socket))[0] == 1001
    await asyncio.to_thread(server.process.wait, 30)
    deaf[1].transport.abort()  # type: ignore[attr-defined]
    assert time.monotonic() - began < STOP_WITHIN


async def test_a_stop_lets_a_request_that_runs_end(
    server: Server,  # noqa: F811
    token: str,
) -> None:
    async with server.socket(token) as socket, server.client(token) as client:
        await next_frame(socket)
        async with DB.transaction() as held:
            await held.connection.execute("lock table keyword in access exclusive mode")
            asked = asyncio.create_task(client.post("/keywords", json={"text": "green tea"}))
            await _until_waiting()
            server.process.send_signal(signal.SIGTERM)
            assert (await closed(socket))[0] == 1001
            assert not asked.done()
        assert (await asked).status_code == 201
    assert await asyncio.to_thread(server.process.wait, 30) in (0, -signal.SIGTERM)


async def _until_waiting() -> None:
    """Return once another connection waits for a lock."""
    async with asyncio.timeout(20), DB.connection() as connection:
        while not await connection.fetchval(  # noqa: ASYNC110 - another process waits
            "select exists (select from pg_locks where not granted)"
        ):
            await asyncio.sleep(0.02)
