"""Health: is this process alive, and can it and the workers behind it do their work.

Liveness asks nothing but the process. Readiness asks PostgreSQL, Redis, the schema and whether a
worker was heard lately; it answers 503 while one of them fails, and says which and why.
"""

import asyncio
from collections.abc import Awaitable, Callable

from litestar import Response, get
from litestar.openapi import ResponseSpec
from redis.exceptions import OutOfMemoryError

from api.auth import OPEN_TO_ALL
from api.schemas import Alive, HealthCheck, Readiness
from db import migrate
from piccolo_conf import DB
from pipeline import connections
from pipeline.heartbeat import alive

WRITTEN_KEY = "igny8:health"
PATIENCE = 3.0
"""Seconds a check may take before it counts as failed."""


@get("/health/live", opt=OPEN_TO_ALL, security=[{}], summary="Is the process alive")
async def live() -> Alive:
    """Answers as long as the process serves requests at all."""
    return Alive()


@get(
    "/health/ready",
    opt=OPEN_TO_ALL,
    security=[{}],
    summary="Can work be done",
    responses={
        503: ResponseSpec(Readiness, description="Something is missing", generate_examples=False)
    },
)
async def ready() -> Response[Readiness]:
    """Checks everything a run needs; 503 while something is missing."""
    names = list(CHECKS)
    results = await asyncio.gather(*(_checked(CHECKS[name]) for name in names))
    checks = dict(zip(names, results, strict=True))
    all_well = all(check.ok for check in results)
    return Response(Readiness(all_well, checks), status_code=200 if all_well else 503)


async def _checked(check: Callable[[], Awaitable[HealthCheck]]) -> HealthCheck:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check()
    except TimeoutError:
        return HealthCheck(False, f"no answer within {PATIENCE:g} seconds")
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer; no details leak
        return HealthCheck(False, f"failed: {type(error).__name__}")


async def _postgresql() -> HealthCheck:
    async with DB.connection() as connection:
        return HealthCheck(True, f"PostgreSQL {await connection.fetchval('show server_version')}")


async def _redis() -> HealthCheck:
    try:
        await connections.state().set(WRITTEN_KEY, 1, ex=60)
    except OutOfMemoryError:
        return HealthCheck(
            False, "Redis is full: raise maxmemory or free memory; runs wait until there is room"
        )
    return HealthCheck(True, "answers and takes writes")


async def _migrations() -> HealthCheck:
    if missing := await migrate.missing():
        return HealthCheck(False, f"not applied: {', '.join(missing)}. Run `python -m db.migrate`.")
    return HealthCheck(True, "all applied")


async def _workers() -> HealthCheck:
    heard = await alive()
    if not any(heard.values()):
        return HealthCheck(False, "no worker was heard lately: runs wait until one starts")
    missing = [kind for kind, number in heard.items() if not number]
    if missing:
        return HealthCheck(False, f"no worker for {missing[0]} was heard lately: its stages wait")
    return HealthCheck(True, f"{heard['text']} for text and {heard['images']} for images")


CHECKS = {
    "postgresql": _postgresql,
    "redis": _redis,
    "migrations": _migrations,
    "workers": _workers,
}
