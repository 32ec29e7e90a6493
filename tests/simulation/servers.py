"""The servers as the engine sees them: asyncpg's and redis-py's methods that it uses."""

import contextlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from functools import partial
from typing import Any

from tests.simulation.book import handler_of
from tests.simulation.store import Blocked, Transaction
from tests.simulation.wire import Wire
from tests.simulation.world import Loop, World


class Session:
    """A connection: asyncpg's methods that the engine uses."""

    def __init__(self, wire: Any, in_transaction: bool) -> None:
        self.wire = wire
        self.lost = False
        self.open: Transaction | None = Transaction(wire.store) if in_transaction else None
        self.single: Transaction | None = None

    def carry_out(self, statement: Callable[[Transaction], Any]) -> Any:
        if self.open is not None:
            self.open.waits_for = None
            return self.open.do(statement)
        if self.single is None:
            self.single = Transaction(self.wire.store)
        self.single.waits_for = None
        try:
            answer = self.single.do(statement)
        except Blocked:
            raise
        except BaseException:
            self.single.rollback()
            raise
        single, self.single = self.single, None
        single.commit()
        return answer

    def would_lock(self, owner: Transaction) -> bool:
        """Note whom this one waits for; whether that closes a circle."""
        mine = self.open or self.single
        assert mine is not None
        mine.waits_for = owner
        seen = owner
        while seen.waits_for is not None and not seen.waits_for.over:
            seen = seen.waits_for
            if seen is mine:
                return True
        return False

    def lose(self) -> None:
        """The connection is gone: the server rolls back."""
        self.lost = True
        for transaction in (self.open, self.single):
            if transaction is not None:
                transaction.rollback()

    def fetch(self, sql: str, *args: Any, timeout: float | None = None) -> Awaitable[list[Any]]:
        return self._send(sql, args, all_rows)

    def fetchrow(self, sql: str, *args: Any) -> Awaitable[Any]:
        return self._send(sql, args, first_row)

    def fetchval(self, sql: str, *args: Any, timeout: float | None = None) -> Awaitable[Any]:
        return self._send(sql, args, first_value)

    def execute(self, sql: str, *args: Any, timeout: float | None = None) -> Awaitable[None]:
        return self._send(sql, args, no_row)

    def _send(self, sql: str, args: Any, shape: Callable[[list[Any]], Any]) -> Awaitable[Any]:
        """What is to be awaited: no coroutine for each of these, there are a hundred a history."""
        wire = self.wire
        if wire.rewritten is not None:
            sql = wire.rewritten(sql)
        handler = handler_of(sql)
        sent: Awaitable[Any] = wire.to_postgres(
            self, lambda t: shape(handler(t, sql, args)), handler.__name__
        )
        return sent

    async def executemany(self, sql: str, rows: list[Any]) -> None:
        for row in rows:
            await self.fetch(sql, *row)


def all_rows(rows: list[Any]) -> list[Any]:
    return rows


def first_row(rows: list[Any]) -> Any:
    return rows[0] if rows else None


def first_value(rows: list[Any]) -> Any:
    return rows[0][0] if rows else None


def no_row(rows: list[Any]) -> None:
    return None


_current: ContextVar["InTransaction | None"] = ContextVar("transaction", default=None)


class InTransaction:
    """`DB.transaction()`: nested, it is a savepoint."""

    def __init__(self, database: "Database") -> None:
        self.database = database
        self.parent = _current.get()

    async def __aenter__(self) -> "InTransaction":
        if self.parent is not None:
            self.connection: Session = self.parent.connection
            assert self.connection.open is not None
            self.saved = self.connection.open.savepoint()
            return self.parent
        self.connection = self.database.session(in_transaction=True)
        self.token = _current.set(self)
        return self

    async def __aexit__(self, kind: Any, error: BaseException | None, traceback: Any) -> bool:
        transaction = self.connection.open
        assert transaction is not None
        if self.parent is not None:
            if error is not None:
                transaction.written = self.saved
            return False
        try:
            if error is not None:
                transaction.rollback()
            else:
                await self.database.wire.to_postgres(self.connection, commit, "commit")
        finally:
            with contextlib.suppress(ValueError):  # a dead process's task, ended from outside
                _current.reset(self.token)
            transaction.rollback()
            if (running := self.database.running()) is not None:
                running.at_death.pop(self.connection, None)
        return False


def commit(transaction: Transaction) -> None:
    """The last statement of a transaction."""
    transaction.commit()


class Database:
    """Takes the place of `DB.connection` and `DB.transaction`."""

    def __init__(self, wire: Any) -> None:
        self.wire = wire

    def running(self) -> Loop | None:
        """The process that asks."""
        world: World | None = self.wire.world
        return world.running if world is not None else None

    def session(self, in_transaction: bool) -> Session:
        made = Session(self.wire, in_transaction)
        if in_transaction and (running := self.running()) is not None:
            running.at_death[made] = made.lose
        return made

    def transaction(self, allow_nested: bool = True) -> InTransaction:
        return InTransaction(self)

    def connection(self) -> "Single":
        return Single(self)


class Single:
    """`DB.connection()`: each statement is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def __aenter__(self) -> Session:
        return self.database.session(in_transaction=False)

    async def __aexit__(self, *_: object) -> None:
        return None


class Client:
    """`connections.state()`: the commands that are sent without a script."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def _do(self, name: str, *args: Any) -> Awaitable[Any]:
        return self.wire.to_redis(name, partial(self.wire.redis.command, name, *args))

    async def get(self, key: str) -> Any:
        return await self._do("GET", key)

    async def hget(self, key: str, field: str) -> Any:
        return await self._do("HGET", key, field)

    async def zrem(self, key: str, member: str) -> Any:
        return await self._do("ZREM", key, member)

    async def delete(self, key: str) -> Any:
        return await self._do("DEL", key)

    async def hincrby(self, key: str, field: str, by: int) -> Any:
        return await self._do("HINCRBY", key, field, by)

    async def expire(self, key: str, seconds: int) -> Any:
        return await self._do("EXPIRE", key, seconds)

    async def set(self, key: str, value: str, *, nx: bool = False, ex: int | None = None) -> Any:
        words: list[Any] = ["NX"] if nx else []
        return await self._do("SET", key, value, *words, *(["EX", ex] if ex else []))

    async def info(self, section: str) -> dict[str, str]:
        answer = await self._do("INFO", section)
        return {"run_id": answer.decode().removeprefix("run_id:")}
