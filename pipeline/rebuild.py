"""Redis told anew from PostgreSQL: after FLUSHALL, a restart without its file, or days later."""

import logging

from db.status import ACTIVE_RUN, RunStatus, StageStatus
from piccolo_conf import DB
from pipeline import queue
from pipeline.entering import BULK_TIMEOUT
from pipeline.run import KEEP_SECONDS, Run

log = logging.getLogger(__name__)


RUN = (
    "select status, version, concurrency, first_stage, last_stage from automation_run"
    " where id = $1 and account_id = $2"
)


async def renew_if_ahead(key: queue.RunKey, look: queue.Look) -> bool:
    """Fill a run anew of which Redis knows what PostgreSQL does not; whether that was so.

    A change is committed before Redis hears of it. So PostgreSQL has gone back, to a backup.
    """
    async with DB.connection() as connection:
        run = await connection.fetchrow(RUN, key.run, key.account)
    if run is not None:
        behind = look.version < run["version"]
        same = (look.version, look.status) == (run["version"], run["status"])
        if behind or same:
            return False
    await queue.forget(key)
    await rebuild(key)
    return True


async def rebuild(key: queue.RunKey) -> bool:
    """Fill the run's sets from its items; False if there is no such run. Repeatable at any time."""
    async with DB.connection() as connection:
        run = await connection.fetchrow(RUN, key.run, key.account)
        if run is None:
            return False
        stages = await connection.fetch(
            "select stage, status from run_stage where run_id = $1 order by stage", key.run
        )
    status = RunStatus(run["status"])
    await queue.sync(
        key,
        status=status,
        version=run["version"],
        concurrency=run["concurrency"],
        first=run["first_stage"],
        last=run["last_stage"],
    )
    for row in stages:
        if row["status"] != StageStatus.WAITING:
            await _refill(key, row["stage"])
            await queue.set_stage(key, row["stage"], StageStatus(row["status"]))
    if status == RunStatus.CANCELLED:  # Redis may have known the run, and that it was running
        await queue.cancel(key, run["version"])
    await queue.expire(key, None if status in ACTIVE_RUN else KEEP_SECONDS)
    return True


async def _refill(key: queue.RunKey, stage: int) -> None:
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select item_id, status, position, attempts from run_item"
            " where run_id = $1 and stage = $2",
            key.run,
            stage,
            timeout=BULK_TIMEOUT,
        )
    await queue.fill(key, stage, rows)


async def sync(run: Run, status: RunStatus | None = None) -> None:
    """Tell Redis the run's status as it was committed, and all of it if Redis forgot the run."""
    status = status or run.status
    forgotten = await queue.sync(
        run.key,
        status=status,
        version=run.version,
        concurrency=run.concurrency,
        first=run.first,
        last=run.last,
    )
    if forgotten:
        await rebuild(run.key)
    await queue.expire(run.key, None if status in ACTIVE_RUN else KEEP_SECONDS)
