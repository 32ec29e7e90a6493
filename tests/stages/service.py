"""An AI service that says what a test tells it to: OpenAI's protocol over real HTTP."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

Reply = Callable[[dict[str, Any]], Any]
"""Makes the answer to a question from the data block of its prompt."""


class Busy(Exception):
    """The service answers 503."""


class Cut(str):
    """The text of an answer that ends where the service's limit is."""


class Declined(str):
    """What a service says that does not want to answer."""


def busy(_: dict[str, Any]) -> Any:
    """The reply of a service that cannot answer now."""
    raise Busy


class Absent(Exception):
    """There is no such thing here: a 404."""


class Service:
    """`answers[schema]` are used up one by one, the last one again and again.

    There are embeddings only when `vector` makes one of a text.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list[Reply]] = {}
        self.pictures: list[bytes] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.talks: list[list[dict[str, str]]] = []
        self.vector: Callable[[str], list[float]] | None = None

    def says(self, schema: str, *replies: Reply) -> None:
        """Answer questions for `schema` by these replies, in this order."""
        self.answers[schema] = list(replies)

    def count(self, schema: str) -> int:
        """How often `schema` was asked for."""
        return sum(1 for name, _ in self.asked if name == schema)

    def data(self, schema: str) -> dict[str, Any]:
        """The data block of the last question for `schema`."""
        return [data for name, data in self.asked if name == schema][-1]

    def _chat(self, request: dict[str, Any]) -> tuple[str, list[bytes]]:
        schema = request.get("response_format", {}).get("json_schema", {}).get("name", "")
        schema = schema or self.asked[-1][0]  # the continuation of an answer names none
        first = next(m["content"] for m in request["messages"] if m["role"] == "user")
        data = json.loads(first.rsplit("```json\n", 1)[1].removesuffix("\n```"))
        self.asked.append((schema, data))
        self.talks.append(request["messages"])
        replies = self.answers[schema]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        answer = reply(data)
        text = answer if isinstance(answer, str) else json.dumps(answer)
        finish = "length" if isinstance(answer, Cut) else "stop"
        usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
        base: dict[str, Any] = {"id": "c", "created": 1, "model": request["model"]}
        if not request.get("stream"):
            declined = isinstance(answer, Declined)
            message = {"role": "assistant", "refusal" if declined else "content": text}
            choice = {"index": 0, "finish_reason": finish, "message": message}
            whole = {**base, "object": "chat.completion", "choices": [choice], "usage": usage}
            return "application/json", [json.dumps(whole).encode()]
        chunks: list[dict[str, Any]] = [
            {"index": 0, "delta": {"content": text[at : at + 400]}, "finish_reason": None}
            for at in range(0, len(text), 400)
        ]
        chunks.append({"index": 0, "delta": {}, "finish_reason": finish})
        base["object"] = "chat.completion.chunk"
        lines = [json.dumps({**base, "choices": [chunk]}) for chunk in chunks]
        lines += [json.dumps({**base, "choices": [], "usage": usage}), "[DONE]"]
        return "text/event-stream", [f"data: {line}\n\n".encode() for line in lines]

    def _image(self, request: dict[str, Any]) -> tuple[str, list[bytes]]:
        self.asked.append(("image", request))
        picture = self.pictures.pop(0) if len(self.pictures) > 1 else self.pictures[0]
        found = {"created": 1, "data": [{"b64_json": base64.b64encode(picture).decode()}]}
        return "application/json", [json.dumps(found).encode()]

    def _embeddings(self, request: dict[str, Any]) -> tuple[str, list[bytes]]:
        self.asked.append(("embeddings", request))
        if self.vector is None:
            raise Absent
        rows = [{"index": n, "embedding": self.vector(t)} for n, t in enumerate(request["input"])]
        return "application/json", [json.dumps({"data": rows}).encode()]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                length = int(head.split("content-length:")[1].split("\r\n")[0])
                request = json.loads(await reader.readexactly(length))
                make = self._image if "/images/generations" in head else self._chat
                make = self._embeddings if "/embeddings" in head else make
                status = "200 OK"
                try:
                    kind, pieces = make(request)
                except Busy:
                    status, kind, pieces = "503 Busy", "application/json", [b"{}"]
                except Absent:
                    status, kind, pieces = "404 Not Found", "application/json", [b"{}"]
                length = sum(map(len, pieces))
                writer.write(
                    f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\n"
                    f"content-length: {length}\r\n\r\n".encode()
                )
                for piece in pieces:  # one by one with a breath between, as a stream comes
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.002)
        writer.close()


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[tuple[Service, str]]:
    """A service and its base URL, on a free port of this machine."""
    service = Service()
    server = await asyncio.start_server(service._serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield service, f"http://127.0.0.1:{port}/v1"
    finally:
        server.close()
