"""The record of every item: its life in PostgreSQL, where an outcome is written exactly once.

Every change is conditional on the item being open, so the first outcome stands and later ones are
dropped. `finish` writes result, outcome, charge and what follows in one transaction.
"""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from db.lineage import FOLLOWING, ROW_TABLE
from db.status import OPEN_ITEM, GenerationStatus, StageStatus
from piccolo_conf import DB
from pipeline import credits
from pipeline.entering import OPEN, Child, follow
from pipeline.errors import ErrorPayload, InsufficientCreditsError
from pipeline.stage import Done, Item, Job, Stage

UNHURRIED = "set_config('synchronous_commit', 'off', true)"
"""Selected in a statement, it commits without waiting for the disk: for what a crash may undo."""


class Finished(msgspec.Struct, frozen=True):
    """What `finish` wrote: the outcome each item has now, and the items that follow from them.

    `halt` tells that the children could not be paid for: the run has to stop.
    """

    outcomes: dict[UUID, GenerationStatus]
    children: list[Child] = []
    halt: InsufficientCreditsError | None = None


async def begin(
    run: UUID, stage: int, items: Sequence[tuple[UUID, int]]
) -> tuple[list[Item], dict[UUID, GenerationStatus]]:
    """Mark (item, attempt).. as processing; those to work on, and the outcome of those done."""
    ids = [item for item, _ in items]
    attempts = dict(items)
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"""
            with mine as (
                update run_item set status = 'processing',
                       attempts = {_given("$4::int[]", ids="$3")},
                       started_at = coalesce(started_at, now())
                where run_id = $1 and stage = $2 and item_id = any($3) and status in {OPEN}
                returning item_id, title, price
            ), rows as (
                update {ROW_TABLE[stage]} set generation_status = 'processing'
                where id in (select item_id from mine)
            )
            select *, {UNHURRIED} from mine""",
            run,
            stage,
            ids,
            list(attempts.values()),
        )
        work = {
            r["item_id"]: Item(r["item_id"], r["title"], r["price"], attempts[r["item_id"]])
            for r in rows
        }
        if len(work) == len(ids):
            return [work[i] for i in ids], {}
        over = await connection.fetch(
            "select item_id, status from run_item"
            " where run_id = $1 and stage = $2 and item_id = any($3)",
            run,
            stage,
            [i for i in ids if i not in work],
        )
    done = {r["item_id"]: GenerationStatus(r["status"]) for r in over}
    return [work[i] for i in ids if i in work], done


async def finish(stage: Stage, job: Job, outcomes: dict[UUID, Done | ErrorPayload]) -> Finished:
    """Save results, close items, charge, and enter what follows: one transaction."""
    good = {i: o for i, o in outcomes.items() if isinstance(o, Done)}
    bad = {i: o for i, o in outcomes.items() if isinstance(o, ErrorPayload)}
    async with DB.transaction() as transaction:
        connection = transaction.connection
        if len(outcomes) > 1:
            await _lock(connection, job, list(outcomes))
        done = await _close(connection, job, GenerationStatus.COMPLETED, list(good))
        if done:
            await stage.save(connection, job, {i: good[i].result for i in done})
            costs = [(i, _cost(good[i], price)) for i, price in done.items()]
            await credits.charge(connection, job.account_id, job.run_id, job.stage, costs)
        failed = await _close(connection, job, GenerationStatus.FAILED, list(bad), bad)
        children, halt = await _hand_on(connection, job, [*done, *failed])
    now = dict.fromkeys(done, GenerationStatus.COMPLETED)
    now |= dict.fromkeys(failed, GenerationStatus.FAILED)
    missing = [i for i in outcomes if i not in now]
    earlier = await statuses(job.run_id, job.stage, missing)
    now |= {i: status for i, status in earlier.items() if status not in OPEN_ITEM}
    return Finished(now, children, halt)


def _given(values: str, ids: str) -> str:
    """SQL: the one of `values` at the place that the item has among `ids`.

    A join with both as rows would read all items of the stage to find these few.
    """
    return f"({values})[array_position({ids}::uuid[], item_id)]"


def _cost(done: Done, price: int) -> int:
    """What an item costs: never more than is held for it."""
    return price if done.cost is None else min(done.cost, price)


async def _lock(connection: asyncpg.Connection, job: Job, items: list[UUID]) -> None:
    """Wait for items in the order in which a cancel does, or both would wait for one another."""
    await connection.fetch(
        f"""
        select from run_item
        where run_id = $1 and stage = $2 and item_id = any($3) and status in {OPEN}
        order by item_id for update""",
        job.run_id,
        job.stage,
        items,
    )


async def _close(
    connection: asyncpg.Connection,
    job: Job,
    status: GenerationStatus,
    items: list[UUID],
    errors: dict[UUID, ErrorPayload] | None = None,
) -> dict[UUID, int]:
    """Give open items their outcome; {item: price} of those that were still open."""
    if not items:
        return {}
    texts = [msgspec.json.encode(errors[i]).decode() if errors else None for i in items]
    rows = await connection.fetch(
        f"""
        with mine as (
            update run_item set status = $3, finished_at = now(), tokens_in = $6, tokens_out = $7,
                   error = {_given("$5::text[]", ids="$4")}::jsonb
            where run_id = $1 and stage = $2 and item_id = any($4) and status in {OPEN}
            returning item_id, price
        ), rows as (
            update {ROW_TABLE[job.stage]} set generation_status = $3
            where id in (select item_id from mine)
        )
        select item_id, price from mine""",
        job.run_id,
        job.stage,
        status.value,
        items,
        texts,
        _share(job.usage.tokens_in, len(job.items)),
        _share(job.usage.tokens_out, len(job.items)),
    )
    return {row["item_id"]: row["price"] for row in rows}


def _share(tokens: int | None, items: int) -> int | None:
    """A batch's tokens are counted in equal shares of its items."""
    return None if tokens is None else -(-tokens // items)


async def statuses(run: UUID, stage: int, items: Sequence[UUID]) -> dict[UUID, GenerationStatus]:
    """What PostgreSQL says of items."""
    if not items:
        return {}
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select item_id, status from run_item"
            " where run_id = $1 and stage = $2 and item_id = any($3)",
            run,
            stage,
            list(items),
        )
    return {row["item_id"]: GenerationStatus(row["status"]) for row in rows}


async def _hand_on(
    connection: asyncpg.Connection, job: Job, parents: list[UUID]
) -> tuple[list[Child], InsufficientCreditsError | None]:
    """Enter what follows into the next stage, if that is open already."""
    if not parents or job.stage + 1 not in FOLLOWING:
        return [], None
    following = await connection.fetchrow(
        "select s.status, r.revived_at from run_stage s join automation_run r on r.id = s.run_id"
        " where s.run_id = $1 and s.stage = $2",
        job.run_id,
        job.stage + 1,
    )
    if following is None or following["status"] == StageStatus.WAITING:
        return [], None  # they enter when it opens
    halt, children = None, []
    try:
        async with DB.transaction():  # a savepoint: the results stay when credits do not suffice
            children = await follow(
                connection,
                job.account_id,
                job.run_id,
                job.stage + 1,
                job.options,
                parents=parents,
                since=following["revived_at"],
            )
    except InsufficientCreditsError as error:
        halt = error
    if following["status"] == StageStatus.CLOSED and (children or halt):
        await _reopen_stage(connection, job.run_id, job.stage + 1)
    return children, halt


async def _reopen_stage(connection: asyncpg.Connection, run: UUID, stage: int) -> None:
    """A late item enters a stage that had ended."""
    await connection.execute(
        "update run_stage set status = 'open', closed_at = null where run_id = $1 and stage = $2",
        run,
        stage,
    )
