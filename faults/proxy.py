"""A TCP proxy between our processes and a server: it stalls, cuts, loses answers, refuses, kills.

A stalled proxy is a partition: what was sent waits, nothing comes back, nobody is told. What is
done to a single request is decided by a judge that sees its text (`wire.py`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from enum import Enum, auto

from faults import wire

CHUNK = 65_536
REFUSED = wire.error("40001", "could not serialize access: injected")


class Fate(Enum):
    """What becomes of a request."""

    PASS = auto()
    LOSE_ANSWER = auto()
    """It is done; then the line is cut in place of the answer."""
    KILL_BEFORE = auto()
    """The client is killed and the request never arrives."""
    KILL_AFTER = auto()
    """It is done; the client is killed before it hears so."""
    REFUSE = auto()
    """PostgreSQL rolls it back and says that it could not serialize."""


Judge = Callable[[wire.Request], Fate]


def pass_all(_: wire.Request) -> Fate:
    """The judge of ordinary times."""
    return Fate.PASS


class Proxy:
    """One port, one server behind it (the path of its socket), any number of connections."""

    def __init__(self, target: str, reading: Callable[[], wire.Postgres | wire.Redis]) -> None:
        self.target, self.reading = target, reading
        self.judge: Judge = pass_all
        self.kill: Callable[[], None] = lambda: None
        """Kills the process whose connections these are."""
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.lines: set[Line] = set()
        self.tasks: set[asyncio.Task[object] | None] = set()
        """Those who carry: the loop alone would let them be collected, half done."""
        self.done = 0
        """Requests that did not just pass."""
        self.port = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Proxy"]:
        """Take connections while the block runs."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            tasks = [task for task in self.tasks if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def reset(self) -> None:
        """No harm from now on."""
        self.judge, self.kill, self.done = pass_all, lambda: None, 0
        self.flowing.set()

    def stall(self) -> None:
        """Let nothing through, in either direction, until `flowing` is set."""
        self.flowing.clear()

    def cut(self) -> None:
        """Cut all connections as a network does that has had enough."""
        for line in list(self.lines):
            line.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(self, reader, writer)
        self.lines.add(line)
        self.tasks.add(task := asyncio.current_task())
        try:
            await line.carry()
        finally:
            self.tasks.discard(task)
            self.lines.discard(line)
            line.cut()


class Line:
    """One connection through the proxy."""

    def __init__(
        self, proxy: Proxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.requests = proxy.reading()
        self.server: asyncio.StreamWriter | None = None
        self.fate = Fate.PASS
        """What becomes of the answer that is awaited."""

    async def carry(self) -> None:
        """Pass on what both sides say until one hangs up."""
        await self.proxy.flowing.wait()
        with contextlib.suppress(OSError):
            answers, self.server = await asyncio.open_unix_connection(self.proxy.target)
            ways = [asyncio.create_task(way) for way in (self._ask(), self._answer(answers))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)

    def cut(self) -> None:
        """Hang up on both sides at once."""
        for side in (self.writer, self.server):
            if side is not None:
                side.transport.abort()

    async def _ask(self) -> None:
        assert self.server is not None
        while data := await self.reader.read(CHUNK):
            for request in self.requests.feed(data):
                await self.proxy.flowing.wait()
                self.fate = self.proxy.judge(request)
                self.proxy.done += self.fate is not Fate.PASS
                if self.fate is Fate.KILL_BEFORE:
                    self.proxy.kill()
                    return
                if self.fate is Fate.REFUSE and not request.is_commit:
                    self.fate = Fate.PASS
                    self.writer.write(REFUSED)
                    continue
                refused = self.fate is Fate.REFUSE
                self.server.write(wire.query("rollback") if refused else request.raw)
                await self.server.drain()

    async def _answer(self, answers: asyncio.StreamReader) -> None:
        while data := await answers.read(CHUNK):
            await self.proxy.flowing.wait()
            if self.fate is Fate.KILL_AFTER:
                self.proxy.kill()
            if self.fate in (Fate.KILL_AFTER, Fate.LOSE_ANSWER):
                return
            if self.fate is Fate.REFUSE:  # the answer to our rollback is one piece
                data, self.fate = REFUSED, Fate.PASS
            self.writer.write(data)
            await self.writer.drain()
