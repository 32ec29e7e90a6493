"""A light AI service for measuring: `python -m bench.service --port-file FILE`.

Answers are the demo provider's, sent by a bare HTTP protocol, so that the service is never the
bottleneck and knows to the microsecond which calls are in flight. With `replay` the first answer of
each kind is sent again to every question, with a slug of its own. Control is by GET:
`/control/set?seconds=0.5&sigma=1&seed=7&replay=1` (which also forgets the calls), `/control/calls`.
"""

import asyncio
import base64
import itertools
import random
import time
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import click
import httptools
import msgspec
import uvloop

from pipeline.demo import drawing, vectors
from pipeline.demo.__main__ import end_with_parent, listen
from pipeline.demo.answers import data_of
from pipeline.demo.chat import Chat, Made, events, kind_of_chat, make, whole
from pipeline.demo.state import State

EVENTS_A_CHUNK = 16


class Call(msgspec.Struct):
    """One call: what it asked for and about what; when it came and went (monotonic seconds); the
    port it came from.
    """

    kind: str
    about: str
    started: float
    ended: float | None = None
    port: int = 0


class Ways(msgspec.Struct):
    """How to answer: after `seconds`, lognormal around it with `sigma`."""

    seconds: float = 0.0
    sigma: float = 0.0
    seed: int = 0
    replay: bool = False


class Service:
    """The state of the one service of this process."""

    def __init__(self) -> None:
        self.ways = Ways()
        self.calls: list[Call] = []
        self.recorded: dict[tuple[str, bool], bytes] = {}
        self.slugs = itertools.count()
        """Never anew: a slug that another round has taken would cost the engine further tries."""
        self.demo = State()
        self.picture = drawing.picture("bench", 64, 64)

    def delay(self, kind: str, about: str) -> float:
        """Seconds to wait; the same question waits the same time under the same seed."""
        ways = self.ways
        if not ways.sigma:
            return ways.seconds
        number = zlib.crc32(f"{kind} {about}".encode())
        return ways.seconds * random.Random(ways.seed * 1_000_003 + number).lognormvariate(
            0.0, ways.sigma
        )

    def control(self, target: str) -> bytes:
        """Set the ways, or list the calls."""
        parts = urlsplit(target)
        if parts.path == "/control/set":
            self.ways = msgspec.convert(dict(parse_qsl(parts.query)), Ways, strict=False)
            self.calls, self.recorded = [], {}
        return _response(msgspec.json.encode(self.calls))

    def question(self, path: str, body: bytes) -> tuple[str, str, Any]:
        """Kind of the question, what it is about, and what is needed to answer it."""
        if path.endswith("/images/generations"):
            return "image", str(msgspec.json.decode(body)["prompt"]), None
        if path.endswith("/embeddings"):
            return "embeddings", "", msgspec.json.decode(body)
        chat = msgspec.json.decode(body, type=Chat)
        kind = chat.schema_name or kind_of_chat(chat)
        data = data_of(chat.prompt) or {}
        about = data.get("title") or (data.get("cluster") or {}).get("name") or ""
        return kind, about, chat

    def answer(self, kind: str, asked: Any) -> bytes:
        """The whole HTTP response."""
        if kind == "image":
            row = {"b64_json": base64.b64encode(self.picture).decode()}
            return _response(msgspec.json.encode({"created": 0, "data": [row]}))
        if kind == "embeddings":
            rows = [
                {"index": n, "embedding": vectors.as_base64(vectors.vector(text))}
                for n, text in enumerate(asked["input"])
            ]
            return _response(msgspec.json.encode({"data": rows}))
        if not self.ways.replay:
            return _sent(asked, make(asked, {}, self.demo)[0])
        recorded = self.recorded.get((kind, asked.stream))
        if recorded is None:
            made = make(asked, {}, self.demo)[0]
            made.text = _with_slug(made.text or "", "x" * 8)
            recorded = self.recorded[kind, asked.stream] = _sent(asked, made)
        return recorded.replace(b"x" * 8, b"%08d" % next(self.slugs))


def _with_slug(text: str, slug: str) -> str:
    """The answer with another slug, where it has one."""
    value = msgspec.json.decode(text)
    if "slug" in value:
        value["slug"] = slug
    return msgspec.json.encode(value).decode()


def _sent(chat: Chat, made: Made) -> bytes:
    if not chat.stream:
        return _response(whole(chat, made, "bench", True))
    parts = list(events(chat, made, "bench", True))
    chunks = [
        b"".join(parts[start : start + EVENTS_A_CHUNK])
        for start in range(0, len(parts), EVENTS_A_CHUNK)
    ]
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
    return head + b"\r\n" + b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in [*chunks, b""])


def _response(body: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(body) + body


class Connection(asyncio.Protocol):
    """One keep-alive connection; a client has one request in flight on it at a time."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.waiting: asyncio.TimerHandle | None = None
        self.call: Call | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport
        self.parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self.parser.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiting is not None:
            self.waiting.cancel()
        if self.call is not None and self.call.ended is None:
            self.call.ended = time.monotonic()

    def on_message_begin(self) -> None:
        self.target, self.body = b"", b""

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        started, target = time.monotonic(), self.target.decode()
        if target.startswith("/control/"):
            self.transport.write(self.service.control(target))
            return
        kind, about, asked = self.service.question(target, self.body)
        port = self.transport.get_extra_info("peername")[1]
        self.call = Call(kind, about, started, port=port)
        self.service.calls.append(self.call)
        answer = self.service.answer(kind, asked)
        due = started + self.service.delay(kind, about) - time.monotonic()
        if due > 0:
            loop = asyncio.get_running_loop()
            self.waiting = loop.call_later(due, self._send, self.call, answer)
        else:
            self._send(self.call, answer)

    def _send(self, call: Call, answer: bytes) -> None:
        call.ended = time.monotonic()
        self.transport.write(answer)


async def serve(port: int, port_file: Path) -> None:
    """Answer until the parent process ends."""
    service = Service()
    found = listen("127.0.0.1", port)
    server = await asyncio.get_running_loop().create_server(lambda: Connection(service), sock=found)
    fresh = port_file.with_name(port_file.name + ".new")
    fresh.write_text(str(found.getsockname()[1]))
    fresh.replace(port_file)
    await server.serve_forever()


@click.command()
@click.option("--port", default=0)
@click.option("--port-file", type=click.Path(path_type=Path), required=True)
def main(port: int, port_file: Path) -> None:
    """Answer like an AI service, at once and exactly counted."""
    end_with_parent()
    uvloop.run(serve(port, port_file))


if __name__ == "__main__":
    main()
