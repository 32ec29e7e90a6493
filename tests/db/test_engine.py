"""The connection to PostgreSQL: nested transactions, types, and servers that hang."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from db import engine as module
from db.engine import Engine
from piccolo_conf import DB
from pipeline.local.servers import Servers


class Middleman:
    """Stands between us and PostgreSQL, and can hang: it then takes all, and passes on nothing."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.going = asyncio.Event()
        self.going.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, both ways."""
        await self.going.wait()
        back, forth = await asyncio.open_unix_connection(self.target)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._pass_on(reader, forth))
            group.create_task(self._pass_on(back, writer))

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while part := await reader.read(65_536):
                await self.going.wait()
                writer.write(part)
        except ConnectionError:
            pass
        finally:
            writer.close()


@pytest.fixture
async def middleman(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Middleman]:
    """What DATABASE_URL names now."""
    folder = parse_qs(urlsplit(servers.urls["DATABASE_URL"]).query)["host"][0]
    between = Middleman(f"{folder}/.s.PGSQL.5432")
    with tempfile.TemporaryDirectory(prefix="igny8-test-") as own:
        server = await asyncio.start_unix_server(between.serve, Path(own) / ".s.PGSQL.5432")
        monkeypatch.setenv("DATABASE_URL", f"postgresql://postgres@/igny8?host={own}")
        yield between
        between.going.set()
        server.close()


@pytest.fixture
async def engine(middleman: Middleman) -> AsyncIterator[Engine]:
    """An engine with one connection, behind the middleman."""
    one = Engine()
    await one.open_pool(1)
    yield one
    await one.close_pool()


@pytest.mark.parametrize("parting", [0.0, 0.2])
async def test_a_statement_given_up_on_a_server_that_hangs_frees_its_place(
    engine: Engine, middleman: Middleman, monkeypatch: pytest.MonkeyPatch, parting: float
) -> None:
    monkeypatch.setattr(module, "PARTING", parting)

    async def ask() -> None:
        async with asyncio.timeout(0.2), engine.connection() as connection:
            middleman.going.clear()
            await connection.fetchval("select 1")

    with pytest.raises(TimeoutError):
        await ask()
    middleman.going.set()
    async with engine.connection() as connection:
        assert await connection.fetchval("select 2") == 2


async def test_a_transaction_given_up_on_a_server_that_hangs_leaves_nothing(
    engine: Engine, middleman: Middleman, monkeypatch: pytest.MonkeyPatch, account: UUID
) -> None:
    monkeypatch.setattr(module, "PARTING", 0.2)
    change = "update account set name = 'changed' where id = $1"

    async def make() -> None:
        async with asyncio.timeout(60.0) as limit, engine.transaction() as transaction:
            await transaction.connection.execute(change, account)
            middleman.going.clear()
            limit.reschedule(0)
            await transaction.connection.execute(change, account)

    with pytest.raises(TimeoutError):
        await make()
    middleman.going.set()
    async with engine.transaction() as transaction:
        # Waits for the row if the other transaction still had it.
        await transaction.connection.execute("set local lock_timeout = '30s'")
        query = "select name from account where id = $1 for update"
        assert await transaction.connection.fetchval(query, account) != "changed"


async def _fail_on_a_cut_connection(transaction: Any) -> None:
    """Have PostgreSQL end the transaction's session; once our side has noticed, fail otherwise."""
    pid = await transaction.connection.fetchval("select pg_backend_pid()")
    async with DB.connection() as other:
        await other.execute("select pg_terminate_backend($1)", pid)
    with contextlib.suppress(*module.LOST_CONNECTION):
        await transaction.connection.execute("select pg_sleep(60)")
    raise ZeroDivisionError


async def test_an_error_in_a_transaction_that_was_cut_is_the_one_that_is_told(db: None) -> None:
    async def fail() -> None:
        async with DB.transaction() as transaction:
            await _fail_on_a_cut_connection(transaction)

    with pytest.raises(ZeroDivisionError):
        await fail()


async def test_an_error_in_a_nested_transaction_that_was_cut_is_the_one_that_is_told(
    db: None,
) -> None:
    async def fail() -> None:
        async with DB.transaction(), DB.transaction() as inner:
            await _fail_on_a_cut_connection(inner)

    with pytest.raises(ZeroDivisionError):
        await fail()


async def test_a_nested_transaction_is_a_savepoint(account: UUID) -> None:
    change = "update account set name = $2 where id = $1"

    async def break_off() -> None:
        async with DB.transaction() as inner:
            await inner.connection.execute(change, account, "inner")
            raise ZeroDivisionError

    async with DB.transaction() as outer:
        await outer.connection.execute(change, account, "outer")
        with pytest.raises(ZeroDivisionError):
            await break_off()
    async with DB.connection() as connection:
        query = "select name from account where id = $1"
        assert await connection.fetchval(query, account) == "outer"


async def test_json_and_ids_travel_as_values(db: None) -> None:
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select $1::jsonb as made, $2::uuid as id", {"a": [1]}, UUID(int=7)
        )
    assert (row["made"], row["id"]) == ({"a": [1]}, UUID(int=7))
