"""What the heartbeat tells work in flight, on a real Redis."""

import asyncio
from uuid import UUID

import pytest

from pipeline import connections as open_connections
from pipeline import controls, heartbeat, queue
from pipeline.advance import advance
from pipeline.gate import Gate
from pipeline.rebuild import rebuild
from pipeline.settings import settings
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import until


class Work:
    """A claim under guard in a task of its own, which waits until it is told to end."""

    def __init__(self, pulse: heartbeat.Heartbeat, claim: queue.Claim) -> None:
        self.started, self.may_end = asyncio.Event(), asyncio.Event()
        self.claim, self.gate = claim, Gate()
        self.gate.open()
        self.task = asyncio.create_task(self._run(pulse))

    async def _run(self, pulse: heartbeat.Heartbeat) -> str:
        try:
            with pulse.guard(self.claim, self.gate) as self.guarded:
                self.started.set()
                await self.may_end.wait()
            return "done"
        except heartbeat.Interrupted as interrupted:
            return interrupted.reason


async def at_work(
    account: UUID, pulse: heartbeat.Heartbeat, lease: float = 60.0
) -> tuple[queue.RunKey, Work]:
    key = await fakes.start(account, count=1)
    await advance(key)
    claim = await queue.claim(key, "a turn", f"token-{key.run}", lease, [(2, 1)])
    assert isinstance(claim, queue.Claim)
    work = Work(pulse, claim)
    await work.started.wait()
    return key, work


async def deadline(claim: queue.Claim) -> float | None:
    leases = claim.key.meta.removesuffix("meta") + "leases"
    score: float | None = await open_connections.state().zscore(
        leases, f"{claim.stage}:{claim.token}"
    )
    return score


async def test_a_lease_is_prolonged_while_work_goes_on(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    _, work = await at_work(account, pulse, lease=1.5)
    first = await deadline(work.claim)
    assert first is not None

    async def prolonged() -> bool:
        return (await deadline(work.claim) or 0.0) > first + settings().lease_seconds / 2 * 1000

    await until(prolonged)
    work.may_end.set()
    assert await work.task == "done"


async def test_a_cancel_reaches_work_in_flight(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    key, work = await at_work(account, pulse)
    await controls.cancel(account, key.run)
    assert await asyncio.wait_for(work.task, 3) == "cancelled"


async def test_a_cancel_reaches_work_in_flight_though_redis_forgot_the_run(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    key, work = await at_work(account, pulse)
    await open_connections.state().flushdb()
    await controls.cancel(account, key.run)
    assert await asyncio.wait_for(work.task, 3) == "cancelled"


async def test_a_lost_claim_ends_the_work_on_it(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    key, work = await at_work(account, pulse)
    leases = key.meta.removesuffix("meta") + "leases"
    await open_connections.state().zadd(leases, {f"2:{work.claim.token}": 1})
    await queue.reap(key)
    assert isinstance(await queue.claim(key, "a turn", "another", 60.0, [(2, 1)]), queue.Claim)
    assert await asyncio.wait_for(work.task, 5) == "lost"


async def test_a_claim_that_redis_forgot_is_taken_back(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    key, work = await at_work(account, pulse)
    await open_connections.state().flushdb()
    assert await rebuild(key)

    async def taken_back() -> bool:
        return await deadline(work.claim) is not None

    await until(taken_back)
    assert await queue.claim(key, "a turn", "another", 60.0, [(2, 1)]) == queue.Refused("NONE")
    work.may_end.set()
    assert await work.task == "done"


async def test_a_result_that_is_being_saved_is_not_interrupted(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    _, work = await at_work(account, pulse)
    work.guarded.saving = True
    work.guarded.interrupt("cancelled")
    await asyncio.sleep(0)
    work.may_end.set()
    assert await work.task == "done"


async def test_news_that_comes_too_late_interrupts_nothing(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    _, work = await at_work(account, pulse)
    work.may_end.set()
    assert await work.task == "done"
    work.guarded.interrupt("lost")
    await asyncio.sleep(0)
    assert work.guarded.reason is None


async def test_a_cancelled_task_is_not_taken_for_an_interrupted_one(
    account: UUID, fate: Fate, pulse: heartbeat.Heartbeat
) -> None:
    _, work = await at_work(account, pulse)
    work.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work.task
