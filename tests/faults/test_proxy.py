"""The proxy between a client and a real server: what it passes, loses, refuses and holds back."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from db.engine import DatabaseAway
from faults import wire
from faults.proxy import Fate, Proxy
from pipeline.local.servers import Servers

AWAY = (DatabaseAway, asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError)


@pytest.fixture
async def proxy(servers: Servers, db: None) -> AsyncIterator[Proxy]:
    folder = parse_qs(urlsplit(servers.urls["DATABASE_URL"]).query)["host"][0]
    async with Proxy(f"{folder}/.s.PGSQL.5432", wire.Postgres).listening() as found:
        yield found


@pytest.fixture
async def line(proxy: Proxy) -> AsyncIterator[asyncpg.Connection]:
    url = f"postgresql://postgres@127.0.0.1:{proxy.port}/igny8?sslmode=disable"
    connection = await asyncpg.connect(url)
    await connection.execute("create temporary table t (n int)")
    yield connection
    connection.terminate()


async def test_a_refused_commit_is_a_serialization_failure_and_nothing_of_it_stands(
    proxy: Proxy, line: asyncpg.Connection
) -> None:
    proxy.judge = lambda request: Fate.REFUSE if request.is_commit else Fate.PASS
    with pytest.raises(asyncpg.SerializationError):
        async with line.transaction():
            await line.execute("insert into t values (1)")
    assert await line.fetchval("select count(*) from t") == 0
    assert proxy.done == 1


async def test_a_lost_answer_is_that_of_a_commit_that_was_done(
    proxy: Proxy, line: asyncpg.Connection, account: object
) -> None:
    proxy.judge = lambda request: Fate.LOSE_ANSWER if request.is_commit else Fate.PASS
    with pytest.raises(AWAY):
        async with line.transaction():
            await line.execute("update account set name = 'changed' where id = $1", account)
    proxy.reset()
    again = await asyncpg.connect(
        f"postgresql://postgres@127.0.0.1:{proxy.port}/igny8?sslmode=disable"
    )
    assert await again.fetchval("select name from account where id = $1", account) == "changed"
    await again.close()


async def test_a_stalled_proxy_holds_back_and_goes_on_later(
    proxy: Proxy, line: asyncpg.Connection
) -> None:
    proxy.stall()
    asked = asyncio.create_task(line.fetchval("select 1"))
    done, _ = await asyncio.wait([asked], timeout=0.3)
    assert not done
    proxy.flowing.set()
    assert await asked == 1


async def test_who_is_killed_before_a_commit_has_changed_nothing(
    proxy: Proxy, line: asyncpg.Connection
) -> None:
    killed = []
    proxy.kill = lambda: killed.append(1)
    proxy.judge = lambda request: Fate.KILL_BEFORE if request.is_commit else Fate.PASS
    with pytest.raises(AWAY):
        async with line.transaction():
            await line.execute("insert into t values (1)")
    assert killed == [1]
