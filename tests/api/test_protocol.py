"""Clients that send too much or never finish are told so and cut; others are not bothered."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn

from api import protocol
from pipeline.local.owner import free_port


async def app(scope: dict, receive, send) -> None:  # type: ignore[no-untyped-def,type-arg]
    """Reads the body, then answers with its size."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    if message["type"] == "http.disconnect":
        return
    body = str(size).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> AsyncIterator[int]:
    monkeypatch.setattr(protocol, "HEAD_PATIENCE", 0.2)
    monkeypatch.setattr(protocol, "BODY_PATIENCE", 0.2)
    number = free_port()
    config = uvicorn.Config(
        app, port=number, http=protocol.HttpProtocol, lifespan="off", log_config=None
    )
    server = uvicorn.Server(config)
    config.load()
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield number
    await server.shutdown()


async def said(port: int, *parts: bytes) -> bytes:
    """What the server answers to `parts` until it cuts the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(20):
            return await reader.read()
    except ConnectionError:
        return b"cut"
    finally:
        writer.close()


async def test_an_ordinary_request_is_answered(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 3\r\n\r\n"
    assert (await said(port, head, b"abc")).endswith(b"\r\n\r\n3")


async def test_an_address_without_end_is_refused(port: int) -> None:
    url = b"/" + b"x" * protocol.MAX_URL
    answer = await said(port, b"GET " + url + b" HTTP/1.1\r\nhost: a\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 414 ")


async def test_too_many_headers_are_refused(port: int) -> None:
    field = b"x-long: " + b"y" * 1000 + b"\r\n"
    answer = await said(port, b"GET / HTTP/1.1\r\nhost: a\r\n" + field * 40 + b"\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")


async def test_a_header_that_never_ends_is_refused(port: int) -> None:
    answer = await said(port, b"GET / HTTP/1.1\r\nx-long: " + b"y" * 60_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("part", [b"", b"GET / HTTP/1.1\r\nhost: a\r\n"])
async def test_a_head_that_does_not_come_is_not_waited_for(port: int, part: bytes) -> None:
    assert (await said(port, part)).startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_stops_is_not_waited_for(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\na"
    assert (await said(port, head)).startswith(b"HTTP/1.1 408 ")
