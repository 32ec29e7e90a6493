"""What a process holds open while it lives: PostgreSQL pool and the Redis client of its loop."""

import asyncio
import logging
from typing import Any

import redis.asyncio
import redis.exceptions
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff

from db.engine import LOST_CONNECTION
from piccolo_conf import DB
from pipeline.settings import BadSetting, settings

log = logging.getLogger(__name__)

UNREACHABLE = (
    *LOST_CONNECTION,
    TimeoutError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
)
"""What it looks like when PostgreSQL or Redis is away."""

RETRIES = 12
"""Tries of one Redis command, 10 ms to 1 s apart: rides out a restart of several seconds."""

_redis: redis.asyncio.Redis | None = None


class _Line:
    """A connection to Redis that says it is lost, where uvloop says that its handler is closed.

    redis-py knows only system errors as a lost line; it passed uvloop's RuntimeError on, no command
    was tried again, and an outage looked like a bug of ours.
    """

    async def send_packed_command(self, *args: Any, **options: Any) -> None:
        try:
            await super().send_packed_command(*args, **options)  # type: ignore[misc]
        except RuntimeError as error:
            raise redis.exceptions.ConnectionError(f"the line is closed: {error}") from error


def state() -> redis.asyncio.Redis:
    """The Redis client of this process's event loop. Raises RuntimeError before `open_all`."""
    if _redis is None:
        raise RuntimeError("the Redis client of this process is not open")
    return _redis


def new_redis(
    *, retries: int = RETRIES, timeout: float = 5.0, base: float = 0.01, connections: int = 32
) -> redis.asyncio.Redis:
    """A Redis client of its own pool; seconds for each reply, and before the first new try."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings().redis_url,
        max_connections=connections,
        timeout=20,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(ExponentialWithJitterBackoff(base=base, cap=1), retries),
    )
    pool.connection_class = type("Line", (_Line, pool.connection_class), {})
    return redis.asyncio.Redis.from_pool(pool)


async def open_all(pool_size: int = 10, patience: float = 60.0, *, hasty: bool = False) -> None:
    """Open both, waiting up to `patience` seconds for servers that are still starting.

    `hasty` is for a process that answers people: Redis then fails within their patience.
    """
    global _redis
    give_up = asyncio.get_running_loop().time() + patience
    while DB.pool is None:
        try:
            await DB.open_pool(pool_size)
        except LOST_CONNECTION as error:
            if asyncio.get_running_loop().time() > give_up:
                raise
            log.warning("PostgreSQL does not answer yet: %s", error)
            await asyncio.sleep(0.2)
    if _redis is None:
        # Gives up after some 2 seconds, or 20 where Redis hangs: within `api.patience`.
        _redis = new_redis(retries=5, timeout=3.0, base=0.1) if hasty else new_redis()


async def refuse_evicting() -> None:
    """Raise BadSetting where Redis would evict keys when it is full: work would vanish silently.

    A Redis that does not answer now, or does not tell, is let pass.
    """
    try:
        policy = (await state().info("memory")).get("maxmemory_policy", "noeviction")
    except redis.exceptions.RedisError as error:
        log.warning("Redis does not say whether it evicts keys: %s", error)
        return
    if policy != "noeviction":
        raise BadSetting(
            f"REDIS_URL names a Redis with maxmemory-policy {policy}, which drops keys when it is "
            "full. Set maxmemory-policy to noeviction, then start again."
        )


async def close_all() -> None:
    """Close both; a second call does nothing."""
    global _redis
    client, _redis = _redis, None
    if client is not None:
        await client.aclose()
    await DB.close_pool()
