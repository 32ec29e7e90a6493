"""A worker's turn: what it does between hearing a bell and ringing it again.

It claims and works, claims and works. The next claim is made as soon as the work on the last one is
over, while its result is still being saved, so that the AI service never waits for PostgreSQL.
"""

import asyncio
import logging
import time
import uuid
from functools import lru_cache
from uuid import UUID

from redis.exceptions import RedisError

from db.engine import TRANSIENT
from pipeline import broker, heartbeat, provider, queue, work
from pipeline.errors import RunError
from pipeline.settings import settings
from pipeline.stage import STAGES

log = logging.getLogger(__name__)

COOL_DOWN_NAP = 1.0

_turns = 0
"""Bells this process has in hand."""
_claiming = asyncio.Lock()
"""One claim at a time. Calls that end together are followed by new ones one after the other; if all
were claimed at once, they would stay in step, and the AI service would idle between two waves."""


async def answer_bell(stage: int, account: str, run: str) -> None:
    """Work in a run for a turn of some seconds; ring again if there is more.

    Later stages of the same queue come first, so that items leave before new ones enter.
    """
    global _turns
    key = queue.RunKey(UUID(account), UUID(run))
    _turns += 1
    try:
        more = await _take_turn(key, STAGES[stage].queue)
    except (RedisError, *TRANSIENT) as error:
        log.warning("run %s: a server is away, the keeper will ring: %r", run, error)
        return
    finally:
        _turns -= 1
    if more:
        await broker.ring(stage, key.account, key.run)


async def _take_turn(key: queue.RunKey, kind: str) -> bool:
    """Claim and do until nothing is due or the turn ends; whether there may be more."""
    turn_ends = time.monotonic() + settings().turn_seconds
    saves: list[asyncio.Task[None]] = []
    done: queue.Claim | None = None
    try:
        while not heartbeat.mine().shutting_down:
            if time.monotonic() > turn_ends and _everyone_is_busy(kind):
                break
            async with _claiming:
                wait = await _provider_wait()
                wanted = _by_preference(kind, asking=wait == 0)
                token, lease = uuid.uuid4().hex, settings().lease_seconds
                claim = await queue.claim(key, token, lease, wanted, done)
            if isinstance(claim, queue.Claim):
                saves = [save for save in saves if not save.done()]
                saves.append(await _work_on(claim))
                done = claim
            elif any(not save.done() for save in saves):
                await asyncio.wait(saves)  # they free slots, and their children may be due
            elif wait and claim.why == "NONE":
                await asyncio.sleep(min(wait, COOL_DOWN_NAP))
            else:
                return False
        return True
    finally:
        if saves:
            await asyncio.wait(saves)


def _everyone_is_busy(kind: str) -> bool:
    """Whether all threads of this worker have a bell in hand, so that further bells may wait."""
    threads = settings().text_threads if kind == "text" else settings().image_threads
    return _turns >= threads


async def _work_on(claim: queue.Claim) -> asyncio.Task[None]:
    """Come back when the work on a claim is over; the task saves what came of it and ends."""
    worked = asyncio.Event()
    task = asyncio.create_task(_do_safely(claim, worked))
    await worked.wait()
    return task


async def _do_safely(claim: queue.Claim, worked: asyncio.Event) -> None:
    try:
        await work.do(claim, worked.set)
    except (RedisError, *TRANSIENT) as error:
        log.warning("run %s: a server is away, the keeper will mend it: %r", claim.key.run, error)
    except Exception:  # its lease ends, then it is tried again
        log.exception("run %s, stage %s: a claim was lost", claim.key.run, claim.stage)
    finally:
        worked.set()


async def _provider_wait() -> float:
    """Seconds until the AI service may be asked; 0 where none is set: the work will say so."""
    try:
        return await provider.cool_down()
    except RunError:
        return 0.0


@lru_cache
def _by_preference(kind: str, asking: bool) -> list[tuple[int, int]]:
    """(stage, batch) of a queue's stages, the last ones first."""
    stages = sorted(STAGES.values(), key=lambda s: -s.number)
    return [
        (s.number, s.batch) for s in stages if s.queue == kind and (asking or not s.asks_provider)
    ]
