"""Many who follow a run: their lines are cut together, one does not read."""

import asyncio
import contextlib
import random
import socket
import time
from pathlib import Path

from bench import web
from faults.client import Client
from faults.trial import Trial

CLIENTS, FEW = 300, 40


async def cut_lines(trial: Trial) -> None:
    """The API is killed while many follow, and starts again; one client never reads a frame."""
    rng = random.Random(trial.rng.random())
    clients = [Client(trial.web, rng) for _ in range(FEW if trial.short else CLIENTS)]
    following = [asyncio.create_task(client.follow()) for client in clients]
    deaf = await asyncio.to_thread(_deaf, trial)
    try:
        await trial.until(lambda: _all_connected(clients, 1), 60)
        await trial.mid_stage()
        trial.rig.processes["web"].kill()
        trial.rig.stop("web")
        began = time.monotonic()
        await web.start(trial.rig, trial.port)
        answered = time.monotonic()
        await trial.until(lambda: _all_connected(clients, 2), 60)
        trial.measure("all back after the API answers", time.monotonic() - answered, "s")
        trial.measure("the API away", answered - began, "s")
        peak = _peak(trial.rig.processes["web"].pid)
        await trial.over()
        ended = time.monotonic()
        differ = [await client.differs(20) for client in clients]
        trial.measure("clients", len(clients))
        trial.count("clients that show something else", sum(map(bool, differ)))
        trial.measure("all equal after the end", time.monotonic() - ended, "s")
        trial.measure("memory of the API", peak / 1024, "MB")
    finally:
        deaf.close()
        for task in following:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*following, return_exceptions=True)


async def _all_connected(clients: list[Client], times: int) -> bool:
    return all(client.connected >= times and not client.stale for client in clients)


def _deaf(trial: Trial) -> socket.socket:
    """A client that shakes hands and never reads."""
    line = socket.create_connection(("127.0.0.1", trial.port))
    line.sendall(
        b"GET /api/v1/events/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
        b"Sec-WebSocket-Version: 13\r\nAuthorization: Bearer %s\r\n\r\n" % trial.web.token.encode()
    )
    return line


def _peak(pid: int) -> int:
    """The most memory a process has had, in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
