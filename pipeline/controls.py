"""What people do with runs: start, pause, resume, cancel, retry.

Each is a stored fact first, in one transaction, and a message to Redis second: where Redis is away,
the keeper tells it later. Only legal moves are accepted; doing the same twice does no harm.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import asyncpg
from redis.exceptions import RedisError

from db.columns import uuid7
from db.engine import again_if_rolled_back
from db.lineage import ALREADY_DONE, SELECTED
from db.status import ACTIVE_RUN, GenerationStatus, RunOrder, RunStatus, StageStatus
from piccolo_conf import DB
from pipeline import broker, credits, messages, queue, reopening
from pipeline.errors import PipelineError, ValidationError
from pipeline.moves import moves_of, was_halted
from pipeline.options import RunOptions
from pipeline.rebuild import sync
from pipeline.receipts import Cancelled, Retried, Skipped
from pipeline.run import Run, lock
from pipeline.settings import settings
from pipeline.words import plural

log = logging.getLogger(__name__)

MAX_ITEMS = 100_000
MAX_CONCURRENCY = 1_000


class UnknownRun(PipelineError):
    """There is no such run in this account."""


class IllegalMove(PipelineError):
    """The run is not in a state in which this can be done; the message says which it is in.

    `moves` are those that are legal instead.
    """

    def __init__(self, reason: str, status: RunStatus, *, halted: bool = False) -> None:
        super().__init__(reason)
        self.moves = moves_of(status, halted=halted)


async def start(
    account: UUID,
    *,
    first_stage: int,
    last_stage: int,
    selection: Sequence[UUID],
    options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    order: RunOrder = RunOrder.STAGE_BY_STAGE,
    concurrency: int | None = None,
    started_by: str = "",
    first: Callable[[asyncpg.Connection], Awaitable[None]] | None = None,
) -> UUID:
    """Start a run over the chosen rows of its first stage. Raises ValidationError.

    `first` is done at the beginning of the transaction: where it raises, nothing starts.
    """
    if not 1 <= first_stage <= last_stage <= len(messages.FUNCTIONS):
        raise ValidationError(
            f"stages must be from 1 to 7 in order, not {first_stage}-{last_stage}"
        )
    concurrency = concurrency or settings().concurrency
    if not 1 <= concurrency <= MAX_CONCURRENCY:
        raise ValidationError(f"concurrency must be from 1 to {MAX_CONCURRENCY}, not {concurrency}")
    chosen = list(dict.fromkeys(selection))
    await check_selection(account, first_stage, chosen, options)
    run_id = uuid7()
    async with DB.transaction() as transaction:
        if first is not None:
            await first(transaction.connection)
        await transaction.connection.execute(
            'insert into automation_run (id, account_id, first_stage, last_stage, "order", status,'
            " version, stage, concurrency, options, selection, selected, prepared, started_by,"
            " started_at)"
            " values ($1, $2, $3, $4, $5, 'running', 1, $3, $6, $7, $8::uuid[],"
            " cardinality($8::uuid[]), false, $9, now())",
            run_id,
            account,
            first_stage,
            last_stage,
            order.value,
            concurrency,
            options,
            chosen,
            started_by,
        )
        await transaction.connection.execute(
            "insert into run_stage (run_id, stage, status)"
            " select $1, stage, 'waiting' from generate_series($2::int, $3::int) as stage",
            run_id,
            first_stage,
            last_stage,
        )
        run = await lock(transaction.connection, queue.RunKey(account, run_id))
    assert run is not None
    await _tell(run)
    return run_id


async def check_selection(
    account: UUID, stage: int, chosen: Sequence[UUID], options: RunOptions
) -> tuple[int, int]:
    """Items and units of their price that a selection will open a stage with.

    Raises ValidationError for one with nothing to do, before anything is stored.
    """
    noun = messages.ITEMS[stage]
    if not chosen:
        raise ValidationError(f"no {noun}s are selected")
    if len(chosen) > MAX_ITEMS:
        raise ValidationError(f"{len(chosen):,} {noun}s are selected; at most {MAX_ITEMS:,} can be")
    async with DB.connection() as connection:
        items, units = await connection.fetchrow(
            f"select count(*), coalesce(sum(units), 0)::bigint from ({SELECTED[stage]}) as found",
            account,
            list(chosen),
            options.ideas_per_cluster,
        )
    if not items:
        why = f" (unknown, or {ALREADY_DONE[stage]})" if stage in ALREADY_DONE else " (unknown)"
        one = len(chosen) == 1
        cannot = f"the {noun} cannot" if one else f"none of the {plural(len(chosen), noun)} can"
        raise ValidationError(f"{cannot} be worked on{why}")
    return items, units


async def _locked(connection: asyncpg.Connection, account: UUID, run: UUID) -> Run:
    found = await lock(connection, queue.RunKey(account, run))
    if found is None:
        raise UnknownRun(f"There is no run {run} in this account.")
    return found


async def _set_status(connection: asyncpg.Connection, run: Run, status: RunStatus) -> None:
    run.status, run.version = status, run.version + 1
    await connection.execute(
        "update automation_run set status = $2::text, version = $3, error = null,"
        " ended_at = case when $2::text = 'cancelled' then now() end where id = $1",
        run.key.run,
        status.value,
        run.version,
    )


@again_if_rolled_back
async def pause(account: UUID, run_id: UUID) -> None:
    """Nothing new starts; what is in flight finishes. Pausing a paused run does nothing."""
    async with DB.transaction() as transaction:
        run = await _locked(transaction.connection, account, run_id)
        if run.status == RunStatus.PAUSED:
            return
        if run.status != RunStatus.RUNNING:
            raise IllegalMove(
                f"The run is {run.status.value}; only a running one can be paused.",
                run.status,
                halted=await was_halted(transaction.connection, run),
            )
        await _set_status(transaction.connection, run, RunStatus.PAUSED)
    await _tell(run)


@again_if_rolled_back
async def resume(account: UUID, run_id: UUID) -> None:
    """Go on where the run stopped: after a pause, or once what stopped it is mended."""
    async with DB.transaction() as transaction:
        run = await _locked(transaction.connection, account, run_id)
        if run.status == RunStatus.RUNNING:
            return
        if run.status == RunStatus.FAILED and not await was_halted(transaction.connection, run):
            raise IllegalMove(
                "Every item of a stage failed; retry the failed items instead.", run.status
            )
        if run.status not in (RunStatus.PAUSED, RunStatus.FAILED):
            raise IllegalMove(f"The run is {run.status.value}; it cannot be resumed.", run.status)
        await _set_status(transaction.connection, run, RunStatus.RUNNING)
    await _tell(run)


@again_if_rolled_back
async def cancel(account: UUID, run_id: UUID) -> Cancelled:
    """Stop for good: what is open is cancelled, held credits come back, what is saved stays."""
    async with DB.transaction() as transaction:
        connection = transaction.connection
        run = await _locked(connection, account, run_id)
        halted = run.status == RunStatus.FAILED and await was_halted(connection, run)
        if run.status not in ACTIVE_RUN and not halted:
            raise IllegalMove(
                f"The run is {run.status.value}; there is nothing to cancel.", run.status
            )
        await _set_status(connection, run, RunStatus.CANCELLED)
        cancelled = await reopening.cancel_open(connection, run_id)
        released = await credits.release(connection, account, run_id)
        ended = await connection.fetch(
            "select stage, status, count(*) as items from run_item"
            " where run_id = $1 and status in ('completed', 'failed') group by stage, status",
            run_id,
        )
    try:
        await sync(run)
        await queue.cancel(run.key, run.version)
    except RedisError as error:
        log.warning("run %s: cancelled; Redis will be told later: %s", run_id, error)
    by_end: dict[str, dict[int, int]] = {"completed": {}, "failed": {}}
    for row in ended:
        by_end[row["status"]][row["stage"]] = row["items"]
    return Cancelled(cancelled, **by_end, released=released)


@again_if_rolled_back
async def retry(
    account: UUID,
    run_id: UUID,
    *,
    stage: int | None = None,
    items: Sequence[UUID] | None = None,
) -> Retried:
    """Open failed items again: those named, all of a stage, or all. Their outcome flows on.

    Raises InsufficientCreditsError when they cannot be paid for; then nothing has changed.
    """
    async with DB.transaction() as transaction:
        connection = transaction.connection
        run = await _locked(connection, account, run_id)
        wanted = [stage] if stage is not None else sorted(run.stages)
        opened = {n: await reopening.reopen(connection, run_id, n, items) for n in wanted}
        opened = {n: rows for n, rows in opened.items() if rows}
        for n in opened:
            await reopening.hold_for_open(connection, account, run_id, n)
            await connection.execute(
                "update run_stage set status = 'open', closed_at = null"
                " where run_id = $1 and stage = $2",
                run_id,
                n,
            )
        if opened:
            await connection.execute(
                "update automation_run set retries = retries + 1 where id = $1", run_id
            )
        if opened and run.status != RunStatus.PAUSED:
            if run.status == RunStatus.CANCELLED:
                await connection.execute(
                    "update automation_run set revived_at = now() where id = $1", run_id
                )
            await _set_status(connection, run, RunStatus.RUNNING)
        retried = {n: [row[0] for row in rows] for n, rows in opened.items()}
        skipped = await _skipped(connection, run_id, wanted, items, retried)
    if opened:
        await _reopen_in_redis(run, opened)
    return Retried(retried, skipped)


async def _skipped(
    connection: asyncpg.Connection,
    run: UUID,
    stages: list[int],
    items: Sequence[UUID] | None,
    retried: dict[int, list[UUID]],
) -> list[Skipped]:
    """Why each named item was not retried."""
    done = {item for ids in retried.values() for item in ids}
    left = [item for item in dict.fromkeys(items or ()) if item not in done]
    rows = await connection.fetch(
        "select item_id, status from run_item"
        " where run_id = $1 and stage = any($2) and item_id = any($3)",
        run,
        stages,
        left,
    )
    known = {row["item_id"]: GenerationStatus(row["status"]) for row in rows}
    return [Skipped(item, _why(known.get(item))) for item in left]


def _why(status: GenerationStatus | None) -> str:
    if status is None:
        return "It is not an item of this run's stage."
    return f"It is {status.value}; only failed items can be retried."


async def _reopen_in_redis(run: Run, opened: dict[int, list[tuple[UUID, int, int]]]) -> None:
    try:
        await sync(run)
        for stage, rows in opened.items():
            await queue.reopen(run.key, stage, [(item, position) for item, position, _ in rows])
            await queue.set_stage(run.key, stage, StageStatus.OPEN)
            bells = min(len(rows), run.concurrency)
            await broker.ring(stage, run.key.account, run.key.run, bells)
    except RedisError as error:
        log.warning("run %s: retried; Redis will be told later: %s", run.key.run, error)


async def _tell(run: Run) -> None:
    """Make the run's status known to Redis, and ring where there may be work."""
    try:
        await sync(run)
        if run.status != RunStatus.RUNNING:
            return
        for stage, status in run.stages.items():
            if status == StageStatus.OPEN:
                await broker.ring(stage, run.key.account, run.key.run, run.concurrency)
        await broker.ring_advance(run.key.account, run.key.run)
    except RedisError as error:
        log.warning("run %s: Redis will be told later: %s", run.key.run, error)
