"""Opening and closing the stages of a run, and ending it.

`advance` looks at the run as PostgreSQL has it and does whatever is due, however often it is called
and by whomever: the worker that drained a stage, a control, or the keeper. The run's row is locked
meanwhile, so each step happens once. Redis is told after the commit; the keeper repairs what a
crash in between leaves out.
"""

import contextlib
import logging
from collections.abc import Sequence
from functools import partial
from uuid import UUID

import asyncpg
import msgspec
from redis.exceptions import RedisError

from db.engine import again_if_rolled_back
from db.status import Phase, RunOrder, RunStatus, StageStatus
from piccolo_conf import DB
from pipeline import broker, credits, entering, messages, queue, results
from pipeline.errors import ErrorPayload, InsufficientCreditsError, PipelineError, payload
from pipeline.preparing import must_prepare, prepare
from pipeline.rebuild import sync
from pipeline.reporter import say
from pipeline.run import Run, lock, selection

log = logging.getLogger(__name__)


MANY = 100
"""Items after whose entering PostgreSQL looks at their table anew: believing it nearly empty, it
would find each single item by reading all of its stage."""


class Opened(msgspec.Struct, frozen=True):
    """Stages that are open now, and the items that entered the first of them."""

    stages: list[int]
    children: list[entering.Child]


class Closed(msgspec.Struct, frozen=True):
    """A stage that has ended, with its result."""

    stage: int
    result: results.StageResult


class Ended(msgspec.Struct, frozen=True):
    """The run has ended."""

    status: RunStatus
    error: ErrorPayload | None = None


Event = Opened | Closed | Ended


async def advance(key: queue.RunKey) -> None:
    """Do all that is due in the run: open, close, end. Does nothing when nothing is."""
    going_on = True
    while going_on:
        going_on = await _step(key)


@again_if_rolled_back
async def _step(key: queue.RunKey) -> bool:
    """One step of `advance`; whether another may be due."""
    run = None
    try:
        async with DB.transaction() as transaction:
            run = await lock(transaction.connection, key)
            if run is None or run.status != RunStatus.RUNNING:
                return False
            events = [] if _to_prepare(run) else await _due(transaction.connection, run)
    except InsufficientCreditsError as error:
        assert run is not None
        await halt(key, run.unfinished() or run.last, error, Phase.INIT)
        return False
    assert run is not None
    if _to_prepare(run):
        return await _prepare(run)
    for event in events:
        await _tell(run, event)
    return bool(events) and not isinstance(events[-1], Ended)


def _to_prepare(run: Run) -> bool:
    waiting = run.stages[run.first] == StageStatus.WAITING
    return waiting and not run.prepared and must_prepare(run.first, run.selected)


async def _prepare(run: Run) -> bool:
    """Find the best order of the selection and store it; False when it has to wait or failed."""
    await sync(run)
    async with DB.connection() as connection:
        chosen = await selection(connection, run.key.run)
    try:
        order = await prepare(run.key, run.first, run.options, chosen, run.concurrency)
    except PipelineError as error:
        await halt(run.key, run.first, error)
        return False
    if order is None:
        return False
    async with DB.connection() as connection:
        await connection.execute(
            "update automation_run set selection = $2, prepared = true"
            " where id = $1 and not prepared",
            run.key.run,
            list(order),
        )
    return True


async def _due(connection: asyncpg.Connection, run: Run) -> list[Event]:
    """The next step of a running run, written to PostgreSQL."""
    stage = run.unfinished()
    if stage is None:
        return [await _end(connection, run, RunStatus.COMPLETED)]
    if run.stages[stage] == StageStatus.WAITING:
        return [await _open(connection, run, stage)]
    if await _has_open_items(connection, run.key.run, stage):
        return []
    late = await _sweep(connection, run, stage)
    if late:
        return [Opened([stage], late)]
    closed = await _close(connection, run, stage)
    if closed.result.failed and not closed.result.completed:  # all may be cancelled: no failure
        error = await _error_of(connection, run.key.run, closed)
        return [closed, await _end(connection, run, RunStatus.FAILED, error)]
    return [closed]


async def _has_open_items(connection: asyncpg.Connection, run: UUID, stage: int) -> bool:
    return bool(
        await connection.fetchval(
            "select exists (select 1 from run_item where run_id = $1 and stage = $2"
            f" and status in {entering.OPEN})",
            run,
            stage,
        )
    )


async def _open(connection: asyncpg.Connection, run: Run, stage: int) -> Opened:
    """Open a stage with all its items; in flow, the later ones with it."""
    flowing = run.order == RunOrder.FLOW and stage > run.first
    opening = list(range(stage, run.last + 1)) if flowing else [stage]
    await connection.execute(
        "update run_stage set status = 'open', opened_at = now()"
        " where run_id = $1 and stage = any($2)",
        run.key.run,
        opening,
    )
    await connection.execute(
        "update automation_run set stage = $2 where id = $1", run.key.run, stage
    )
    of_run = (connection, run.key.account, run.key.run, stage, run.options)
    if stage == run.first:
        chosen = await selection(connection, run.key.run)
        children = await entering.select(*of_run, chosen, partial(_loading, run, stage))
    else:
        children = await entering.follow(*of_run, since=run.revived_at)
    return Opened(opening, children)


async def _loading(run: Run, stage: int, loaded: int) -> None:
    """Let people see how far an opening with many items has come. Redis being away is no matter."""
    values = {"loaded": loaded, "total": run.selected, "processed": 0}
    text = messages.message(stage, Phase.INIT, values)
    with contextlib.suppress(RedisError):
        now = (Phase.INIT.value, text, "")
        await queue.tell(run.key, stage, now, {"opening": loaded / run.selected}, [])


async def _sweep(connection: asyncpg.Connection, run: Run, stage: int) -> list[entering.Child]:
    """Items that follow from the stage before and have not entered yet, for whatever reason."""
    if stage == run.first:
        return []
    return await entering.follow(
        connection, run.key.account, run.key.run, stage, run.options, since=run.revived_at
    )


async def _close(connection: asyncpg.Connection, run: Run, stage: int) -> Closed:
    """Write the stage's result and give back what it held."""
    result = await results.count(connection, run.key.run, stage, run.opened_at[stage])
    await connection.execute(
        "update run_stage set status = 'closed', closed_at = now()"
        " where run_id = $1 and stage = $2",
        run.key.run,
        stage,
    )
    await connection.execute(
        f"update automation_run set stage_{stage}_result = $2, stage = least($3, last_stage)"
        " where id = $1",
        run.key.run,
        result,
        stage + 1,
    )
    await credits.release(connection, run.key.account, run.key.run, stage)
    return Closed(stage, result)


async def _error_of(connection: asyncpg.Connection, run: UUID, closed: Closed) -> ErrorPayload:
    """The error of a run whose stage failed with all its items: that of its first item."""
    raw = await connection.fetchval(
        "select error from run_item where run_id = $1 and stage = $2 and status = 'failed'"
        " order by position, item_id limit 1",
        run,
        closed.stage,
    )
    first = msgspec.convert(raw, ErrorPayload)
    every = messages.all_failed(closed.stage, closed.result.failed, closed.result.loaded)
    return msgspec.structs.replace(first, user_message=f"{every} {first.user_message}", item=None)


async def _end(
    connection: asyncpg.Connection, run: Run, status: RunStatus, error: ErrorPayload | None = None
) -> Ended:
    run.version += 1
    await connection.execute(
        "update automation_run set status = $2, error = $3, version = $4, ended_at = now()"
        " where id = $1",
        run.key.run,
        status.value,
        error,
        run.version,
    )
    return Ended(status, error)


@again_if_rolled_back
async def halt(
    key: queue.RunKey,
    stage: int,
    error: PipelineError,
    phase: Phase = Phase.AI_CALL,
    *,
    version: int | None = None,
) -> None:
    """Stop a run that would fail with every item; its items stay pending, Resume goes on.

    `version` is the run's when the work was claimed that met the error. A run that was resumed
    since then goes on: what stopped the work may have been mended, and new work will tell.
    """
    stored = payload(error, phase=phase.value, stage=stage)
    log.warning("error %s: run %s stopped at stage %s: %s", stored.error_id, key.run, stage, error)
    async with DB.transaction() as transaction:
        run = await lock(transaction.connection, key)
        if run is None or run.status not in (RunStatus.RUNNING, RunStatus.PAUSED):
            return
        if version is not None and run.status == RunStatus.RUNNING and run.version != version:
            return
        ended = await _end(transaction.connection, run, RunStatus.FAILED, stored)
    assert run is not None
    await _tell(run, ended)


async def _tell(run: Run, event: Event) -> None:
    """Let Redis, and by it everyone who watches, know what was committed."""
    if isinstance(event, Opened):
        await sync(run)
        await enter(run, event.stages, event.children)
    elif isinstance(event, Closed):
        await queue.set_stage(run.key, event.stage, StageStatus.CLOSED)
        await say(run.key, event.stage, Phase.DONE, {"success": event.result.message})
    else:
        await sync(run, event.status)


async def enter(run: Run, stages: list[int], children: Sequence[entering.Child]) -> None:
    """Fill a stage's sets, say so, and ring for it."""
    stage = stages[0]
    if len(children) >= MANY:
        async with DB.connection() as connection:
            await connection.execute("analyze run_item", timeout=entering.BULK_TIMEOUT)
    await say(run.key, stage, Phase.INIT, {"count": len(children)})
    await queue.fill(run.key, stage, ((i, "queued", position, 0) for i, position in children))
    for opened in stages:
        await queue.set_stage(run.key, opened, StageStatus.OPEN)
    if children:
        await say(run.key, stage, Phase.PREP, {"count": len(children)})
        bells = min(run.concurrency, len(children))
        await broker.ring(stage, run.key.account, run.key.run, bells)
