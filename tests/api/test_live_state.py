"""Whatever breaks meanwhile: in the end each client shows what a fresh load shows."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from redis.exceptions import RedisError

from db.status import ACTIVE_RUN, RunOrder
from piccolo_conf import DB
from pipeline import controls, credits, events, queue
from pipeline.connections import state
from pipeline.errors import AIProviderError
from pipeline.keeper import Keeper
from tests.api.following import Server, serving
from tests.api.mirrors import Client, Picture
from tests.engine import fakes
from tests.engine.conftest import fate, pulse  # noqa: F401
from tests.engine.fakes import Fate

pytestmark = pytest.mark.slow

EVENTS = 3_000
CLUSTERS = 12
WAYS = ("socket", "socket", "socket", "sse", "sse", "polling", "polling")


@pytest.fixture
def server(connections: None, tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path, RATE_LIMIT="0") as running:
        yield running


@contextlib.asynccontextmanager
async def meanwhile(*forever: "asyncio.Task[None]") -> AsyncIterator[None]:
    """Tasks that go on while the block runs."""
    try:
        yield
        for task in forever:
            assert not task.done(), task
    finally:
        left = set(forever)
        while left:  # libraries lose a cancellation now and then (asyncio.wait_for of Python 3.11)
            for task in left:
                task.cancel()
            _, left = await asyncio.wait(left, timeout=1.0)


async def keep() -> None:
    """A keeper, as one runs beside the workers."""
    keeper = Keeper()
    while True:
        await keeper.tick()
        await asyncio.sleep(0.3)


async def kill_connections() -> None:
    """Cut every connection to Redis, ours and the server's, again and again."""
    while True:
        await asyncio.sleep(0.7)
        with contextlib.suppress(RedisError):
            await state().client_kill_filter(_type="normal", skipme=False)


async def edit(account: UUID, chance: random.Random) -> None:
    """What people do beside the runs: rename and delete clusters, add credits."""
    while True:
        await asyncio.sleep(0.05)
        async with DB.connection() as connection:
            row = await connection.fetchval(
                "update cluster set name = name || '.' where id = (select id from cluster"
                " where account_id = $1 order by random() limit 1) returning id",
                account,
            )
        await events.rows_changed(account, "cluster", [row] if row else [])
        if chance.random() < 0.2:
            await credits.top_up(account, 1)


async def whole_run(account: UUID, fate: Fate, chance: random.Random) -> None:  # noqa: F811
    """A run with a pause, a failure that is retried, and sometimes a cancel, to its end."""
    order = chance.choice(list(RunOrder))
    key = await fakes.start(account, CLUSTERS, last_stage=7, order=order)
    chosen = chance.choice(
        await fakes.rows("select id from cluster where account_id = $1", account)
    )
    fate.errors[2, chosen[0]] = AIProviderError("down")
    await fakes.go_on(key, 1)
    with contextlib.suppress(controls.IllegalMove):
        await controls.pause(account, key.run)
        await controls.resume(account, key.run)
        if chance.random() < 0.2:
            await controls.cancel(account, key.run)
    await _end(key)
    fate.errors.clear()
    if (await controls.retry(account, key.run)).retried:
        await _end(key)


async def _end(key: queue.RunKey) -> None:
    while await fakes.status(key) in ACTIVE_RUN:
        with contextlib.suppress(RedisError):
            await fakes.go_on(key, 3)
        await asyncio.sleep(0.01)


async def appended(account: UUID) -> int:
    return int(await state().xlen(events.stream_of(account)))


@pytest.mark.parametrize("flushed", [False, True], ids=["connections_killed", "and_a_flushall"])
async def test_each_client_ends_with_the_state_of_a_fresh_load(
    server: Server,
    account: UUID,
    token: str,
    fate: Fate,  # noqa: F811
    flushed: bool,
) -> None:
    chance = random.Random(7)
    await credits.top_up(account, 100_000)
    clients = [Client(way, server, token, account) for way in WAYS]
    total = 0
    async with meanwhile(*(asyncio.create_task(client.run()) for client in clients)):
        async with meanwhile(
            *(
                asyncio.create_task(task)
                for task in (keep(), kill_connections(), edit(account, chance))
            )
        ):
            while total + await appended(account) < EVENTS:
                await asyncio.gather(*(whole_run(account, fate, chance) for _ in range(3)))
                if flushed and total == 0:
                    total = await appended(account)
                    half = asyncio.create_task(whole_run(account, fate, chance))
                    await asyncio.sleep(0.3)
                    await state().flushall()
                    await half
        await _agree(account, clients)
    assert all(client.drops > 1 for client in clients)
    assert all(bool(client.resyncs) == flushed for client in clients)


async def _agree(account: UUID, clients: list[Client]) -> None:
    fresh = Picture(account)
    await fresh.load()
    wanted = fresh.state()
    assert set(wanted["runs"].values()) >= {"completed"}
    for _ in range(300):
        if all(client.picture.state() == wanted for client in clients):
            break
        await asyncio.sleep(0.1)
    for client in clients:
        assert _difference(client.picture.state(), wanted) == {}, client.way


def _difference(seen: Any, wanted: Any) -> Any:
    """What differs, as (seen, wanted) by name, so that a failure can be read."""
    if not (isinstance(seen, dict) and isinstance(wanted, dict)):
        return {} if seen == wanted else (seen, wanted)
    found = {
        name: _difference(seen.get(name), wanted.get(name)) for name in seen.keys() | wanted.keys()
    }
    return {name: each for name, each in found.items() if each != {}}
