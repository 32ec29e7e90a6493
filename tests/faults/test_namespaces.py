"""A machine of its own for a worker: what passes its cable, and what becomes of it without one."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

import pytest

from faults.namespaces import Host, allowed

SAYS_ALL_IT_READS = """
import socket, sys
line = socket.create_connection((sys.argv[1], int(sys.argv[2])), 30)
for word in sys.stdin:
    line.sendall(word.encode())
"""


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    if not await asyncio.to_thread(allowed):
        pytest.skip("this machine gives no network namespaces")
    found = Host("test", 3)
    try:
        found.build()
        yield found
    finally:
        found.remove()


async def test_without_its_cable_nothing_passes_and_no_line_ends(host: Host) -> None:
    lines: asyncio.Queue[asyncio.StreamReader] = asyncio.Queue()
    server = await asyncio.start_server(lambda reader, _: lines.put_nowait(reader), host.here, 0)
    port = str(server.sockets[0].getsockname()[1])
    inside = ["ip", "netns", "exec", host.namespace, sys.executable, "-c", SAYS_ALL_IT_READS]
    process = await asyncio.create_subprocess_exec(*inside, host.here, port, stdin=PIPE)
    assert process.stdin is not None
    try:
        reader = await asyncio.wait_for(lines.get(), 30)
        host.unplug()
        process.stdin.write(b"late\n")
        await process.stdin.drain()
        heard = asyncio.create_task(reader.readline())
        done, _ = await asyncio.wait([heard], timeout=0.5)
        assert not done
        host.plug()
        assert await asyncio.wait_for(heard, 60) == b"late\n"
    finally:
        process.kill()
        await process.wait()
        server.close()
