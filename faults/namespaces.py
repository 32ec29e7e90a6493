"""Machines of their own for workers: network namespaces, each with one cable to this machine.

Needs root and `ip`. What is pulled out is the cable: packets vanish in both directions, and no
connection is closed or refused.
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from bench.rig import Rig

CHUNK = 65_536
NETS = 64 * 256
"""Networks of four addresses within 198.18.0.0/16, which is set aside for measuring networks."""

Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


def namespace_of(name: str) -> str:
    """The network namespace that this process gives the worker of that name."""
    return f"igny8-{os.getpid()}-{name}"


def allowed() -> bool:
    """Whether this machine lets us join a network namespace to ours."""
    if shutil.which("ip") is None:
        return False
    host = Host("trial", 0)
    try:
        host.build()
    except subprocess.CalledProcessError:
        return False
    finally:
        host.remove()
    return True


class Host:
    """One such machine; `number` tells it from the others of this process."""

    def __init__(self, name: str, number: int) -> None:
        self.namespace, self.cable = namespace_of(name), f"ig{os.getpid()}h{number}"
        third, fourth = divmod((4 * os.getpid() + number) % NETS, 64)
        self.here, self.there = (f"198.18.{third}.{4 * fourth + n}" for n in (1, 2))
        self.net = f"198.18.{third}.{4 * fourth}/30"
        self.environment: dict[str, str] = {}
        """The settings of a process there: the servers, at addresses that lead over the cable."""

    def build(self) -> None:
        """Make the namespace and its cable. Raises CalledProcessError where that is not allowed."""
        inside = f"{self.cable}i"
        _ip("netns", "add", self.namespace)
        _ip("link", "add", self.cable, "type", "veth", "peer", inside, "netns", self.namespace)
        _ip("addr", "add", f"{self.here}/30", "dev", self.cable)
        _ip("link", "set", self.cable, "up")
        _ip("-n", self.namespace, "addr", "add", f"{self.there}/30", "dev", inside)
        _ip("-n", self.namespace, "link", "set", inside, "up")
        _ip("-n", self.namespace, "link", "set", "lo", "up")
        # Without the cable nothing for that machine may leave by another way.
        _ip("route", "add", "blackhole", self.net, "metric", "9999")

    def remove(self) -> None:
        """Take away what there is of it; the cable first, which outlasts its namespace a while."""
        route, cable = ("route", "del", "blackhole", self.net), ("link", "del", self.cable)
        for words in (route, cable, ("netns", "del", self.namespace)):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip(*words)

    def unplug(self) -> None:
        """Pull the cable out."""
        _ip("link", "set", self.cable, "down")

    def plug(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self.cable, "up")


@contextlib.asynccontextmanager
async def hosts(rig: Rig, *names: str) -> AsyncIterator[dict[str, Host]]:
    """A host for each of these names, from which PostgreSQL, Redis and the service are reached."""
    found = {name: Host(name, number) for number, name in enumerate(names)}
    async with contextlib.AsyncExitStack() as stack:
        for host in found.values():
            stack.callback(host.remove)
            host.build()
            ports = [
                await stack.enter_async_context(_listening(host.here, dial)) for dial in _all(rig)
            ]
            at = [f"{host.here}:{port}" for port in ports]
            host.environment = {
                "DATABASE_URL": f"postgresql://postgres@{at[0]}/igny8?sslmode=disable",
                "REDIS_URL": f"redis://{at[1]}/0",
                "OPENAI_BASE_URL": f"http://{at[2]}/v1",
                "NO_PROXY": host.here,
            }
        yield found


def _all(rig: Rig) -> list[Dial]:
    """How PostgreSQL, Redis and the AI service are reached from here."""
    sockets = [partial(asyncio.open_unix_connection, path) for path in rig.sockets]
    port = urlsplit(rig.service).port
    return [*sockets, partial(asyncio.open_connection, "127.0.0.1", port)]


@contextlib.asynccontextmanager
async def _listening(address: str, dial: Dial) -> AsyncIterator[int]:
    """Pass on what connects at an address of ours while the block runs; the port."""
    serving: set[asyncio.Task[object]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        me = asyncio.current_task()
        assert me is not None
        serving.add(me)
        sides = [writer]
        ways: list[asyncio.Task[None]] = []
        try:
            far_reader, far_writer = await dial()
            sides.append(far_writer)
            both = (_pump(reader, far_writer), _pump(far_reader, writer))
            ways = [asyncio.create_task(way) for way in both]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except OSError:
            pass  # the server is away: the line just ends
        finally:
            serving.discard(me)
            for way in ways:
                way.cancel()
            for side in sides:
                side.transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)

    server = await asyncio.start_server(serve, address, 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        left = list(serving)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, stdin=subprocess.DEVNULL)
