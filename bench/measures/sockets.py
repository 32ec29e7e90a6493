"""Live updates: one account's changes told to many WebSocket clients at once."""

import asyncio
import time
from collections import defaultdict
from uuid import UUID, uuid4

from bench import rows
from bench.figures import Figure, distribution, exactly
from bench.followers import Follower, follow, ids_in
from bench.rig import Rig, spent
from db.tokens import hash_of, new_token
from piccolo_conf import DB
from pipeline import events
from pipeline.local.owner import free_port

NAME = "sockets"
CONDITIONS = "1,000 WebSocket clients of one account in one API process, 10 changes a second"

RATE = 10.0
PATH = "/api/v1/events/socket"
AT_ONCE = 50
"""Handshakes under way at a time."""


class Heard:
    """What all clients were told of each change, and how late."""

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.times: dict[str, int] = defaultdict(int)
        self.late: list[float] = []
        self.frames = 0
        self.known: dict[bytes, list[str]] = {}

    def told(self, payload: bytes, now: float) -> None:
        """One client got a frame."""
        self.frames += 1
        if payload not in self.known:
            self.known[payload] = ids_in(payload)
        for row in self.known[payload]:
            self.times[row] += 1
            self.late.append((now - self.sent[row]) * 1000)


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """Deliveries missed or doubled, how late they came, and what one costs the API process."""
    clients, changes = (50, 20) if short else (1_000, 300)
    port, heard = free_port(), Heard()
    async with rig.system(PORT=str(port), RATE_LIMIT="0"):
        rig.start("api", "-m", "api.serve")
        owner = await rows.account()
        token = await _token(owner)
        await _answers(port)
        before = rig.cpu()
        open_ones = await _connect(port, token, clients, heard)
        connected = rig.cpu()
        await _change(owner, changes, heard)
        await _all_told(heard, clients * changes)
        after = rig.cpu()
        for client in open_ones:
            client.transport.abort()
    cost = spent(connected, after)
    told = sum(heard.times.values())
    missed = sum(max(0, clients - heard.times[row]) for row in heard.sent)
    return [
        Figure("clients", clients),
        exactly("deliveries missed", missed),
        exactly("deliveries doubled", told + missed - clients * changes),
        Figure("frames a client got", heard.frames / clients),
        *distribution("change to delivery", heard.late, "ms", p99=250.0),
        Figure("CPU of the API a delivery", 1e6 * cost["api"] / told, "µs"),
        Figure(
            "CPU of the API a client that connects", 1e3 * _of(before, connected) / clients, "ms"
        ),
        Figure("CPU of Redis a change", 1e3 * cost["redis"] / changes, "ms"),
    ]


def _of(before: dict[str, float], after: dict[str, float]) -> float:
    return float(spent(before, after)["api"])


async def _token(account: UUID) -> str:
    token = new_token()
    async with DB.connection() as connection:
        user = await connection.fetchval(
            "insert into app_user (account_id, email, password_hash, role)"
            " values ($1, 'bench@example.com', '', 'member') returning id",
            account,
        )
        await connection.execute(
            "insert into api_token (account_id, user_id, name, hash) values ($1, $2, 'bench', $3)",
            account,
            user,
            hash_of(token),
        )
    return token


async def _answers(port: int) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


async def _connect(port: int, token: str, count: int, heard: Heard) -> list[Follower]:
    few = asyncio.Semaphore(AT_ONCE)

    async def one() -> Follower:
        async with few:
            return await follow(port, PATH, token, heard.told)

    return list(await asyncio.gather(*(one() for _ in range(count))))


async def _change(account: UUID, count: int, heard: Heard) -> None:
    """Changes at an even rate, each of one row."""
    began = time.monotonic()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
        row = uuid4()
        heard.sent[str(row)] = time.monotonic()
        await events.rows_changed(account, "keyword", [row])


async def _all_told(heard: Heard, wanted: int, patience: float = 10.0) -> None:
    give_up = time.monotonic() + patience
    while sum(heard.times.values()) < wanted and time.monotonic() < give_up:
        await asyncio.sleep(0.05)
