"""Starting runs and waiting for them."""

import asyncio
import time
from uuid import UUID

from db.status import ACTIVE_RUN, RunStatus
from piccolo_conf import DB

PAUSE = 0.05


async def status_of(run: UUID) -> RunStatus:
    """The run's status in PostgreSQL."""
    async with DB.connection() as connection:
        status = await connection.fetchval("select status from automation_run where id = $1", run)
    return RunStatus(status)


async def finished(run: UUID, patience: float = 300.0) -> float:
    """Wait for the run to end; seconds from its start to its end by PostgreSQL's clock.

    Raises RuntimeError if it does not complete.
    """
    give_up = time.monotonic() + patience
    while (status := await status_of(run)) in ACTIVE_RUN:
        if time.monotonic() > give_up:
            raise RuntimeError(f"run {run} is still {status.value} after {patience:g} s")
        await asyncio.sleep(PAUSE)
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select extract(epoch from ended_at - started_at)::float, error"
            " from automation_run where id = $1",
            run,
        )
    if status != RunStatus.COMPLETED:
        raise RuntimeError(f"run {run} is {status.value}: {row[1]}")
    return float(row[0])


async def completed_items(run: UUID, stage: int) -> int:
    """How many items of a stage are completed."""
    async with DB.connection() as connection:
        count = await connection.fetchval(
            "select count(*) from run_item where run_id = $1 and stage = $2"
            " and status = 'completed'",
            run,
            stage,
        )
    return int(count)
