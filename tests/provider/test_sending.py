"""Requests sent over real sockets to servers that misbehave below HTTP, and by proxies."""

import asyncio
import gzip
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest

from pipeline.provider.sending import Sending

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The address of a server that does with each connection what `serve` does."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def answering(raw: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()

    return serve


def client_of(url: str, *, direct: bool = True) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=url, transport=Sending(url, direct=direct))


async def fetched(url: str) -> httpx2.Response:
    async with client_of(url) as client:
        return await client.post("/v1/x", content=b'{"a":1}')


async def test_a_request_and_its_answer_pass_unchanged() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b'{"a":1}'))
        body = gzip.compress(b"fine")
        head = f"HTTP/1.1 200 OK\r\nx-a: b\r\ncontent-encoding: gzip\r\ncontent-length: {len(body)}"
        writer.write(head.encode() + b"\r\n\r\n" + body)

    async with serving(serve) as url:
        answer = await fetched(url)
    assert (answer.status_code, answer.headers["x-a"], answer.content) == (200, "b", b"fine")
    assert seen[0].startswith(b"POST /v1/x HTTP/1.1\r\n")
    assert seen[0].lower().count(b"content-length: 7") == 1
    assert seen[0].lower().count(b"host: ") == 1


async def test_a_line_serves_again_once_its_answer_was_read() -> None:
    lines: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(1)
        with suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b'{"a":1}'):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine")

    async with serving(serve) as url, client_of(url) as client:
        for _ in range(3):
            assert (await client.post("/v1/x", content=b'{"a":1}')).text == "fine"
    assert lines == [1]


async def test_a_line_whose_answer_was_left_is_closed() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b'{"a":1}')
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfine")
        assert await reader.read() == b""
        ended.set()

    async with serving(serve) as url, client_of(url) as client:
        async with client.stream("POST", "/v1/x", content=b'{"a":1}'):
            pass
        await asyncio.wait_for(ended.wait(), 10)


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "Server disconnected"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nfine", "it ended before its end"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nfine", "before its end"),
        (b"+PONG\r\n" * 9, "PONG"),
    ],
    ids=["nothing", "a piece", "a piece of a chunk", "not HTTP"],
)
async def test_an_answer_that_breaks_off_says_how(raw: bytes, what: str) -> None:
    async with serving(answering(raw)) as url:
        with pytest.raises(httpx2.RemoteProtocolError, match=what):
            await fetched(url)


async def test_a_line_that_is_reset_says_so() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    async with serving(serve) as url:
        with pytest.raises(httpx2.RemoteProtocolError, match="Connection reset by peer"):
            await fetched(url)


async def test_a_port_where_nobody_listens_refuses() -> None:
    with pytest.raises(httpx2.ConnectError, match=r"^Connection refused$"):
        await fetched("http://127.0.0.1:9")


async def test_a_host_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(httpx2.ConnectError, match=r"name|Name|address"):
        await fetched("http://nowhere.invalid")


async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(Path(__file__).parent / "self_signed.pem")
    async with serving(answering(b""), tls) as url:
        with pytest.raises(httpx2.ConnectError, match=r"certificate is not trusted: .*self.signed"):
            await fetched(url)


async def test_encryption_that_the_other_side_does_not_speak_is_told() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(serve) as url:
        with pytest.raises(httpx2.ConnectError, match="SSL"):
            await fetched(url.replace("http:", "https:"))


async def test_a_proxy_of_the_environment_is_asked_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b'{"a":1}'))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine")

    async with serving(serve) as proxy:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("http_proxy", proxy.replace("://", "://me:secret@"))
        async with client_of("http://ai.invalid", direct=False) as client:
            answer = await client.post("/v1/x", content=b'{"a":1}')
    assert answer.text == "fine"
    assert asked[0].startswith(b"POST http://ai.invalid/v1/x HTTP/1.1\r\n")
    assert b"\r\nProxy-Authorization: Basic " in asked[0]


async def test_a_proxy_that_refuses_is_named() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n")

    async with serving(serve) as proxy:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("NO_PROXY", "no_proxy"):
                patch.delenv(name, raising=False)
            patch.setenv("https_proxy", proxy)
            client = client_of("https://ai.invalid", direct=False)
        async with client:
            with pytest.raises(httpx2.ProxyError, match="the proxy refused: Proxy Authentication"):
                await client.post("/v1/x", content=b'{"a":1}')
