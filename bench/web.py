"""The API as a process of its own, and a client that costs little: it keeps its connections."""

import asyncio
import os
import time
from typing import Any
from uuid import UUID

import msgspec

from bench.cpu import seconds_of
from bench.rig import Rig
from db.tokens import hash_of, new_token
from piccolo_conf import DB
from pipeline.local.owner import free_port

PATIENCE = 60.0


class Answer(msgspec.Struct, frozen=True):
    """Status, body and seconds of one request."""

    status: int
    body: bytes
    seconds: float

    def json(self) -> Any:
        """The decoded body. Raises RuntimeError for anything but a success."""
        if self.status >= 300:
            raise RuntimeError(f"{self.status}: {self.body[:300]!r}")
        return msgspec.json.decode(self.body)


class Web:
    """One API process and a person's token."""

    def __init__(self, rig: Rig, port: int, token: str) -> None:
        self.rig, self.port, self.token = rig, port, token
        self.head = f"Host: bench\r\nAuthorization: Bearer {token}\r\n"

    async def ask(self, method: str, path: str, body: Any = None) -> Answer:
        """One request on a connection of its own."""
        (answer,) = await self.asks(1, [path], method, body)
        return answer

    async def asks(
        self, count: int, paths: list[str], method: str = "GET", body: Any = None
    ) -> list[Answer]:
        """`count` requests, one after the other on one connection, the paths in turn."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        sent = b"" if body is None else msgspec.json.encode(body)
        kind = f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n" if sent else ""
        try:
            answers = []
            for number in range(count):
                path = paths[number % len(paths)]
                head = f"{method} /api/v1{path} HTTP/1.1\r\n{self.head}{kind}\r\n".encode()
                began = time.perf_counter()
                writer.write(head + sent)
                status, content = await _read(reader)
                answers.append(Answer(status, content, time.perf_counter() - began))
            return answers
        finally:
            writer.close()

    async def load(self, count: int, path: str, connections: int = 8) -> float:
        """CPU seconds of the API process for a request, of `count` on several connections."""
        process = self.rig.processes["web"].pid
        before = seconds_of(process)
        await asyncio.gather(*(self.asks(count // connections, [path]) for _ in range(connections)))
        return (seconds_of(process) - before) / (count // connections * connections)


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode().lower().split("\r\n")
    length = next(int(line[15:]) for line in lines if line.startswith("content-length:"))
    return int(status.split()[1]), await reader.readexactly(length)


async def serve(rig: Rig, account: UUID) -> Web:
    """Start the API beside the servers of the rig, for a user of the account."""
    port = await start(rig)
    return Web(rig, port, await token_of(account))


async def start(rig: Rig, port: int | None = None) -> int:
    """Start the API beside the servers of the rig, as "web"; the port it answers on."""
    port = port or free_port()
    os.environ["PORT"] = str(port)
    rig.start("web", "-m", "api.serve")
    nobody = Web(rig, port, "")
    give_up = time.monotonic() + PATIENCE
    while True:
        try:
            if (await nobody.ask("GET", "/health/live")).status == 200:
                return port
        except (OSError, asyncio.IncompleteReadError):
            if time.monotonic() > give_up:
                raise
        await asyncio.sleep(0.05)


async def token_of(account: UUID, person: str = "bench") -> str:
    """A token of a new user of the account."""
    token = new_token()
    async with DB.connection() as connection:
        await connection.execute(
            "with person as (insert into app_user (account_id, email, password_hash)"
            " values ($1, $2, '') returning id)"
            " insert into api_token (account_id, user_id, name, hash)"
            " select $1, id, 'bench', $3 from person",
            account,
            f"{person}-{account}@example.com",
            hash_of(token),
        )
    return token
