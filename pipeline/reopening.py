"""Items that change without an outcome: reopened by a retry, cancelled, or given back.

Beside the ledger, which writes outcomes. The same condition holds: only items in the state that is
expected change, so doing it twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg

from db.lineage import ROW_TABLE
from piccolo_conf import DB
from pipeline import credits
from pipeline.entering import BULK_TIMEOUT, OPEN


async def reopen(
    connection: asyncpg.Connection, run: UUID, stage: int, items: Sequence[UUID] | None
) -> list[tuple[UUID, int, int]]:
    """Failed items (None: all) are open again after a person's retry; (item, position, price).."""
    rows = await connection.fetch(
        f"""
        with mine as (
            update run_item set status = 'queued', attempts = 0, error = null, started_at = null,
                   finished_at = null
            where run_id = $1 and stage = $2 and status = 'failed'
              and ($3::uuid[] is null or item_id = any($3))
            returning item_id, position, price
        ), rows as (
            update {ROW_TABLE[stage]} set generation_status = 'queued'
            where id in (select item_id from mine)
        )
        select * from mine order by position, item_id""",
        run,
        stage,
        None if items is None else list(items),
        timeout=BULK_TIMEOUT,
    )
    return [(row["item_id"], row["position"], row["price"]) for row in rows]


async def hold_for_open(
    connection: asyncpg.Connection, account: UUID, run: UUID, stage: int
) -> None:
    """Hold what a stage's open items cost beyond what it holds; raises InsufficientCreditsError."""
    missing = await connection.fetchval(
        "select (select coalesce(sum(price), 0) from run_item"
        f"  where run_id = $1 and stage = $2 and status in {OPEN})"
        " - (select coalesce(sum(held), 0) from credit_entry where run_id = $1 and stage = $2)",
        run,
        stage,
    )
    if missing > 0:
        await credits.hold(connection, account, run, stage, int(missing))


async def cancel_open(connection: asyncpg.Connection, run: UUID) -> dict[int, int]:
    """Everything open in the run is cancelled; {stage: how many}.

    Stage after stage, also those that have nothing open yet: an outcome that is being saved is
    waited for here, and what it has entered into the next stage is found there.
    """
    cancelled: dict[int, int] = {}
    stages = await connection.fetch("select stage from run_stage where run_id = $1 order by 1", run)
    for (stage,) in stages:
        await connection.fetch(  # in the order in which a batch is saved, see `ledger.finish`
            "select from run_item where run_id = $1 and stage = $2 and status = 'processing'"
            " order by item_id for update",
            run,
            stage,
        )
        result = await connection.fetchval(
            f"""
            with mine as (
                update run_item set status = 'cancelled', finished_at = now()
                where run_id = $1 and stage = $2 and status in {OPEN} returning item_id
            ), rows as (
                update {ROW_TABLE[stage]} set generation_status = 'cancelled'
                where id in (select item_id from mine)
            )
            select count(*) from mine""",
            run,
            stage,
            timeout=BULK_TIMEOUT,
        )
        if result:
            cancelled[stage] = result
    return cancelled


async def put_back(run: UUID, stage: int, items: Iterable[UUID]) -> None:
    """Items whose work was given back are queued again."""
    async with DB.connection() as connection:
        await connection.execute(
            f"""
            with mine as (
                update run_item set status = 'queued' where run_id = $1 and stage = $2
                and item_id = any($3) and status = 'processing' returning item_id
            )
            update {ROW_TABLE[stage]} set generation_status = 'queued'
            where id in (select item_id from mine)""",
            run,
            stage,
            list(items),
        )
