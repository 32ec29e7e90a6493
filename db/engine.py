"""The connection to PostgreSQL: Piccolo's engine with the corners that bite taken off.

Differences from `PostgresEngine`: importing it does not connect; a nested transaction is a
savepoint; a connection lost inside a transaction does not poison the task that held it; JSONB
travels as Python values; `pool` must be open before hot paths run.
"""

import asyncio
import contextlib
import functools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, ParamSpec, TypeVar, cast

import asyncpg
import msgspec
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

COMMAND_TIMEOUT = 30.0
"""Seconds a statement may take. Bulk openings of a stage take longer and say so."""

POOL_TIMEOUT = 20.0
"""Seconds to wait for a free connection before saying that there is none."""


PARTING = 2.0
"""Seconds in which a statement that was given up, and its rollback, must end; else we hang up."""


class DatabaseAway(Exception):
    """PostgreSQL cannot be reached; raised where a connection is opened, from the system's error.

    A class of its own: a plain OSError may as well come from a file.
    """


LOST_CONNECTION = (
    DatabaseAway,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    ConnectionError,
)
"""What a restart of PostgreSQL looks like from here: worth another try, with a new connection."""


ROLLED_BACK = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError)
"""PostgreSQL chose this transaction to give way; nothing of it stands."""

TRANSIENT = (*ROLLED_BACK, TimeoutError, *LOST_CONNECTION)
"""What may succeed when the same transaction is run again."""

P = ParamSpec("P")
T = TypeVar("T")


def again_if_rolled_back(function: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Call `function` again, up to five times, when its transaction had to give way to another.

    For functions that begin with their transaction and do nothing else before it.
    """

    @functools.wraps(function)
    async def repeated(*args: P.args, **kwargs: P.kwargs) -> T:
        for _ in range(4):
            with contextlib.suppress(*ROLLED_BACK):
                return await function(*args, **kwargs)
        return await function(*args, **kwargs)

    return repeated


class QuietConnection(asyncpg.Connection):  # type: ignore[misc]
    """Skips the reset round trip at each release: we never SET, LISTEN or lock by session."""

    def get_reset_query(self) -> str:
        return ""


class Transaction(PostgresTransaction):
    """A transaction whose nested use is a savepoint and whose exit always frees the connection."""

    async def __aenter__(self) -> "Transaction":
        if self._parent is not None:
            self._own_savepoint = await self._parent.savepoint()
            return cast(Transaction, self._parent)
        engine = cast(Engine, self.engine)
        self.connection = await (engine.acquire() if engine.pool else engine.get_new_connection())
        try:
            self.transaction = self.connection.transaction()
            await self.begin()
        except BaseException:
            await self._give_back()
            raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def __aexit__(self, exc_type: Any, exc: BaseException | None, traceback: Any) -> bool:
        if self._parent is not None:
            if exc is None:
                await self._own_savepoint.release()
            else:
                await cast(Transaction, self._parent)._undo(self._own_savepoint.rollback_to)
            return False
        try:
            if exc is None:
                await self.commit()
            else:
                await self._undo(self.rollback)
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._give_back()
        return False

    async def _undo(self, roll_back: Callable[[], Awaitable[object]]) -> None:
        """Roll back, or hang up, which undoes all; the first error is the one to tell."""
        if self._is_cut():
            return
        try:
            async with asyncio.timeout(PARTING):
                await roll_back()
        except (*LOST_CONNECTION, TimeoutError):
            with contextlib.suppress(asyncpg.InterfaceError):  # the pool was quicker
                self.connection.terminate()

    def _is_cut(self) -> bool:
        """Whether the connection is gone. One that PostgreSQL cuts goes back to the pool at once,
        and then not even this may be asked of it.
        """
        with contextlib.suppress(asyncpg.InterfaceError):
            return bool(self.connection.is_closed())
        return True

    async def _give_back(self) -> None:
        if self.engine.pool:
            await cast(Engine, self.engine).give_back(self.connection)
        else:
            await self.connection.close()


async def _teach_types(connection: asyncpg.Connection) -> None:
    """JSONB as Python values, on every connection we open."""

    def encode(value: Any) -> str:  # Piccolo hands over text it has encoded itself
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()

    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=encode,
        decoder=msgspec.json.decode,
        format="text",
    )


class Engine(PostgresEngine):
    """The engine of `piccolo_conf.py`; reads DATABASE_URL when it connects, not when imported."""

    def __init__(self) -> None:
        super().__init__(config={})

    async def check_version(self) -> None:
        """Piccolo would connect here, at import."""

    async def prep_database(self) -> None:
        """We need no extensions."""

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(engine=self, allow_nested=allow_nested)

    async def get_new_connection(self) -> asyncpg.Connection:
        with _away():
            connection = await asyncpg.connect(**_options())
        await _teach_types(connection)
        return connection

    async def open_pool(self, size: int = 10) -> None:
        """Open the pool of this process: up to `size` connections. Raises DatabaseAway."""
        with _away():
            self.pool = await asyncpg.create_pool(
                **_options(),
                min_size=1,
                max_size=size,
                connection_class=QuietConnection,
                init=_teach_types,
            )

    async def close_pool(self) -> None:
        """Close the pool; a second call does nothing."""
        pool, self.pool = self.pool, None
        if pool is not None:
            try:
                await pool.close()
            except LOST_CONNECTION:
                pool.terminate()

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """A pooled connection outside any transaction, for single statements on hot paths."""
        connection = await self.acquire()
        try:
            yield connection
        finally:
            await self.give_back(connection)

    async def acquire(self) -> asyncpg.Connection:
        """A connection of the pool, to be released. Raises DatabaseAway."""
        if self.pool is None:
            raise RuntimeError("the PostgreSQL pool of this process is not open")
        with _away():
            return await self.pool.acquire(timeout=POOL_TIMEOUT)

    async def give_back(self, connection: asyncpg.Connection) -> None:
        """Return a connection to the pool, if it is still open; one that does not rest is cut."""
        if self.pool is not None:
            with contextlib.suppress(*LOST_CONNECTION, TimeoutError):
                await self.pool.release(connection, timeout=PARTING)


@contextlib.contextmanager
def _away() -> Iterator[None]:
    """Turn the system's errors about a connection into ours."""
    try:
        yield
    except OSError as error:
        raise DatabaseAway(
            f"PostgreSQL cannot be reached: {str(error) or type(error).__name__}"
        ) from error


def _options() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise RuntimeError(
            "DATABASE_URL is not set: start everything with `make run`, "
            "or set it to postgresql://user:password@host/database"
        )
    return {"dsn": url, "command_timeout": COMMAND_TIMEOUT, "timeout": 10.0}
