"""Items entering a stage: chosen by a person, or following from the stage before.

The same insert serves the opening of a stage and a single late outcome: what is there already is
not entered twice.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from db.lineage import ROW_TABLE, SELECTED, following
from pipeline import credits
from pipeline.options import RunOptions
from pipeline.prices import price_per_unit

OPEN = "('queued', 'processing')"
BULK_TIMEOUT = 300.0
"""Seconds for a statement that enters or cancels up to 100,000 items."""

CHUNK = 10_000
"""Chosen items that one statement enters: what people see of a long opening moves as often."""

LOCK_ARTICLES = (
    "select 1 from content where id in (select content_id from image where id = any($1))"
    " order by id for no key update"
)

LOCK_PLANNING = "select pg_advisory_xact_lock(hashtextextended('planning ' || $1::uuid, 0))"

Child = tuple[UUID, int]
"""(item id, position) of an item that entered a stage."""


async def follow(
    connection: asyncpg.Connection,
    account: UUID,
    run: UUID,
    stage: int,
    options: RunOptions,
    *,
    parents: Sequence[UUID] | None = None,
    since: datetime | None = None,
) -> list[Child]:
    """Enter the items that follow from the stage before (None: from all of it); the new ones.

    An article whose image was retried is reviewed anew: its closed item opens again.
    """
    again = "nothing"
    if stage == 2:
        # Two runs on the same keywords may open it at once: the second leaves the first's clusters.
        await connection.execute(LOCK_PLANNING, account)
    if stage == 7 and parents is not None:
        # Two images of one article may end at once: the second to get the lock sees the first.
        await connection.execute(LOCK_ARTICLES, list(parents))
        again = (
            "update set status = 'queued', finished_at = null, attempts = 0, error = null"
            f" where run_item.status not in {OPEN}"
        )
    arguments = [run, parents, since, options.ideas_per_cluster]
    sql = following(stage, named=parents is not None)
    entered, price = await _enter(connection, account, run, stage, sql, arguments, again=again)
    await credits.hold(connection, account, run, stage, price)
    return entered


async def select(
    connection: asyncpg.Connection,
    account: UUID,
    run: UUID,
    stage: int,
    options: RunOptions,
    chosen: Sequence[UUID],
    tell: Callable[[int], Awaitable[None]],
) -> list[Child]:
    """Enter the rows a person chose into the run's first stage.

    Of many, `tell` is called with the number of those that have been looked at so far.
    """
    entered: list[Child] = []
    price = 0
    for start in range(0, len(chosen), CHUNK):
        if len(chosen) > CHUNK:
            await tell(start)
        arguments = [account, list(chosen[start : start + CHUNK]), options.ideas_per_cluster]
        some, cost = await _enter(
            connection, account, run, stage, SELECTED[stage], arguments, behind=start
        )
        entered += some
        price += cost
    await credits.hold(connection, account, run, stage, price)
    return entered


async def _enter(
    connection: asyncpg.Connection,
    account: UUID,
    run: UUID,
    stage: int,
    sql: str,
    arguments: list[Any],
    *,
    behind: int = 0,
    again: str = "nothing",
) -> tuple[list[Child], int]:
    """Insert run_item rows for what `sql` selects, and mark their rows queued.

    Returns the new items and their price in credits; positions count on from `behind`.
    """
    n = len(arguments)
    rows = await connection.fetch(
        f"""
        with new as (
            insert into run_item
                   (run_id, account_id, stage, item_id, position, title, price, status, attempts)
            select ${n + 1}, ${n + 2}, ${n + 3}, item_id, position + ${n + 5}::int,
                   left(title, 300),
                   units * ${n + 4}::int, 'queued', 0
            from ({sql}) as found
            on conflict (run_id, stage, item_id) do {again}
            returning item_id, position, price
        ), rows as (
            update {ROW_TABLE[stage]} set generation_status = 'queued'
            where id in (select item_id from new)
        )
        select item_id, position, price from new order by position, item_id""",
        *arguments,
        run,
        account,
        stage,
        price_per_unit(stage),
        behind,
        timeout=BULK_TIMEOUT,
    )
    return [(row["item_id"], row["position"]) for row in rows], sum(row["price"] for row in rows)
