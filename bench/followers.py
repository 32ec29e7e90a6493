"""WebSocket clients of the live updates, as cheap as can be: a thousand fit into one process.

A client speaks just enough of the protocol to shake hands and to read unfragmented text frames.
"""

import asyncio
import base64
import os
import time
from collections.abc import Callable
from typing import cast

import msgspec

PATIENCE = 60.0


class _Told(msgspec.Struct):
    type: str
    ids: list[str] = []


class _Frame(msgspec.Struct):
    type: str
    events: list[_Told] = []


def ids_in(payload: bytes) -> list[str]:
    """The rows that a frame names."""
    return [row for event in msgspec.json.decode(payload, type=_Frame).events for row in event.ids]


class Follower(asyncio.Protocol):
    """One client. `told` gets its payloads with the time they came at (monotonic seconds)."""

    def __init__(self, path: str, token: str, told: Callable[[bytes, float], None]) -> None:
        self.path, self.token, self.told = path, token, told
        self.ready = asyncio.get_running_loop().create_future()
        self.shaken = False
        self.buffer = bytearray()
        self.frames = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            f"GET {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {self.token}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self.buffer += data
        if not self.shaken:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head[:20]:
                self.ready.set_exception(ConnectionError(head[:200].decode()))
                return
            self.shaken, self.buffer = True, rest
        while (frame := self._next()) is not None:
            opcode, payload = frame
            if opcode == 1:
                self.frames += 1
                if self.ready.done():
                    self.told(payload, now)
                else:
                    self.ready.set_result(None)  # the first frame says that we follow
            elif opcode == 9:
                self.transport.write(b"\x8a\x84\0\0\0\0" + payload)  # pong, masked with zeros

    def _next(self) -> tuple[int, bytes] | None:
        """The next whole frame in the buffer: opcode and payload."""
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        if size == 126:
            size, start = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < start + size:
            return None
        frame = buffer[0] & 15, bytes(buffer[start : start + size])
        del buffer[: start + size]
        return frame

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionError("closed before the first frame"))


async def follow(
    port: int, path: str, token: str, told: Callable[[bytes, float], None]
) -> Follower:
    """A client that has had its first frame."""
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Follower(path, token, told), "127.0.0.1", port)
    async with asyncio.timeout(PATIENCE):
        await client.ready
    return client
