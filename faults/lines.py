"""Proxies in the way of everybody: two for each worker, two for all other processes.

The runner itself speaks through those of the others, so that it, too, follows when Redis moves.
"""

import contextlib
import os
from collections.abc import AsyncIterator

from bench.rig import Rig
from faults import wire
from faults.proxy import Proxy
from pipeline import connections
from pipeline.settings import settings

REST = "rest"


class Pair:
    """The way of one process to PostgreSQL and to Redis."""

    def __init__(self, postgres: str, redis: str) -> None:
        self.postgres = Proxy(postgres, wire.Postgres)
        self.redis = Proxy(redis, wire.Redis)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process that goes this way."""
        return {
            "DATABASE_URL": f"postgresql://postgres@127.0.0.1:{self.postgres.port}/igny8"
            "?sslmode=disable",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis.port}/0",
        }

    def reset(self) -> None:
        """No harm from now on."""
        self.postgres.reset()
        self.redis.reset()


Lines = dict[str, Pair]
"""Pairs by the name of the worker; REST is for the keeper, the API and the runner."""


@contextlib.asynccontextmanager
async def lines(rig: Rig, *workers: str) -> AsyncIterator[Lines]:
    """Proxies for these workers and for the rest, and the runner's own connections through them."""
    before = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    async with contextlib.AsyncExitStack() as stack:
        found = {}
        for name in (*workers, REST):
            pair = found[name] = Pair(*rig.sockets)
            for proxy in (pair.postgres, pair.redis):
                await stack.enter_async_context(proxy.listening())
        await _aim(found[REST].environment)
        try:
            yield found
        finally:
            await _aim(before)


async def _aim(environment: dict[str, str]) -> None:
    """Point this process, and those it starts, at other addresses."""
    os.environ.update(environment)
    settings.cache_clear()
    await connections.close_all()
    await connections.open_all()
