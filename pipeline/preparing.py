"""What a stage wants to do before it opens: for the clustering, finding the labels.

It takes minutes and calls the AI service, so it happens outside any transaction, by one worker at a
time, under a lock that goes with that worker's life. The stage keeps what it has found so far, so
a crash, a pause or a restart repeats next to nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from uuid import UUID

from redis.asyncio.lock import Lock
from redis.exceptions import LockNotOwnedError, RedisError

from db.status import Phase, RunStatus
from pipeline import heartbeat, messages, queue, reporter
from pipeline.connections import state
from pipeline.errors import InternalError, PipelineError, RetryLater
from pipeline.options import RunOptions
from pipeline.settings import settings
from pipeline.stage import STAGES, Preparation

log = logging.getLogger(__name__)


def must_prepare(stage: int, items: int) -> bool:
    """Whether the stage prepares before it opens: not when one claim takes all items anyway."""
    definition = STAGES[stage]
    return definition.prepare is not None and items > definition.batch


async def prepare(
    key: queue.RunKey,
    stage: int,
    options: RunOptions,
    items: list[UUID],
    concurrency: int,
) -> Sequence[UUID] | None:
    """The items in the order to work in; None if another worker is at it, or the run stopped.

    Raises PipelineError when it cannot be done; what is worth another try is tried again here.
    """
    lock = _lock(key)
    if not await lock.acquire(blocking=False):
        return None
    await reporter.say(key, stage, Phase.PREP, {"count": len(items)})  # said once, by who does it
    counts = reporter.Counts(total=len(items), processed=0, current=0)
    report = reporter.reporter(key, stage, {"prepare": messages.NAMES[stage]}, counts)
    work = asyncio.create_task(
        _attempts(stage, Preparation(key.account, key.run, options, items, concurrency, report))
    )
    watch = asyncio.create_task(_watch(key, lock, work))
    try:
        return await work
    except asyncio.CancelledError:
        if watch.done() and not watch.cancelled():
            return None  # the watch stopped it: pause, cancel or shutdown
        raise
    finally:
        work.cancel()
        watch.cancel()
        with contextlib.suppress(RedisError):  # then it runs out, or another has it now
            await lock.release()


async def _attempts(stage: int, preparation: Preparation) -> Sequence[UUID]:
    run = STAGES[stage].prepare
    assert run is not None
    for attempt in range(1, settings().provider_attempts + 1):
        try:
            return await run(preparation) or preparation.items
        except RetryLater as later:
            if attempt == settings().provider_attempts:
                raise later.cause from later
            await asyncio.sleep(min(30.0, later.delay * 2 ** (attempt - 1)))
        except PipelineError:
            raise
        except Exception as error:
            log.exception("run %s could not be prepared", preparation.run_id)
            raise InternalError(f"{type(error).__name__}: {error}") from error
    raise AssertionError("unreachable: the last attempt returns or raises")


def _lock(key: queue.RunKey) -> Lock:
    """The right to prepare the run's first stage, which lasts for a lease."""
    name = key.meta.removesuffix("meta") + "preparing"
    return state().lock(name, timeout=settings().lease_seconds)


async def _keep(lock: Lock) -> bool:
    """Renew the lock, or take it anew where Redis lost it; False if another has it."""
    try:
        await lock.reacquire()
    except LockNotOwnedError:
        return bool(await lock.acquire(blocking=False))
    return True


async def _watch(key: queue.RunKey, lock: Lock, work: "asyncio.Task[Sequence[UUID]]") -> None:
    """Keep the lock while the run is running; cancel the work when it is not."""
    while True:
        await asyncio.sleep(min(1.0, settings().lease_seconds / 4))
        try:
            status = await queue.status(key)
            kept = await _keep(lock)
        except RedisError as error:
            log.warning("the lock of a preparation could not be renewed: %s", error)
            continue
        forgotten = status is None  # Redis was wiped: the keeper tells it again
        stopped = not forgotten and status != RunStatus.RUNNING
        if stopped or not kept or heartbeat.mine().shutting_down:
            work.cancel()
            return
