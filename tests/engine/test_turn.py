"""Turns: one call in flight a slot, and work that is ready before the call before it has ended."""

import asyncio
import time
from uuid import UUID, uuid4

import msgspec
import pytest
import redis

from faults.shims.starving import compute
from pipeline import broker, controls, gate, heartbeat, queue, turn
from pipeline import connections as open_connections
from pipeline.advance import advance
from pipeline.settings import settings
from pipeline.stage import STAGES, Done, Job, Outcomes
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import until

SLOTS = 16
PREPARED = SLOTS // turn.TURNS_PER_PREPARED


class Calls:
    """Work of stage 2 that passes the gate, then waits until it is told to end."""

    def __init__(self) -> None:
        self.prepared: list[UUID] = []
        self.in_flight: dict[UUID, asyncio.Event] = {}
        self.most = 0

    async def work(self, job: Job) -> Outcomes:
        item = job.item.id
        self.prepared.append(item)
        await gate.passed()
        self.in_flight[item] = asyncio.Event()
        self.most = max(self.most, len(self.in_flight))
        try:
            await self.in_flight[item].wait()
        finally:
            del self.in_flight[item]
        return {item: Done(True)}

    def end_one(self) -> UUID:
        item = next(i for i, end in self.in_flight.items() if not end.is_set())
        self.in_flight[item].set()
        return item

    async def end_all(self) -> None:
        while True:
            for end in self.in_flight.values():
                end.set()
            await asyncio.sleep(0.01)


@pytest.fixture
def calls(fate: Fate, monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    held = msgspec.structs.replace(STAGES[2], work=calls.work)
    monkeypatch.setitem(STAGES, 2, held)
    return calls


async def crew(account: UUID, items: int) -> tuple[queue.RunKey, list[asyncio.Task[None]]]:
    """A run of stage 2 with as many turns as it has slots, each with a call in flight."""
    key = await fakes.start(account, count=items, last_stage=2, concurrency=SLOTS)
    await advance(key)
    bells = [
        asyncio.create_task(turn.answer_bell(2, str(account), str(key.run))) for _ in range(SLOTS)
    ]
    return key, bells


async def test_prepared_work_waits_until_a_call_has_ended(account: UUID, calls: Calls) -> None:
    _, bells = await crew(account, SLOTS * 3)
    await until(lambda: len(calls.prepared) == SLOTS + PREPARED)
    assert len(calls.in_flight) == SLOTS
    ready = set(calls.prepared) - set(calls.in_flight)
    calls.end_one()
    await until(lambda: not ready.isdisjoint(calls.in_flight))
    await _end(calls, bells)
    assert calls.most == SLOTS


async def test_what_is_prepared_goes_back_when_the_run_is_paused(
    account: UUID, calls: Calls
) -> None:
    key, bells = await crew(account, SLOTS * 3)
    await until(lambda: len(calls.prepared) == SLOTS + PREPARED)
    await controls.pause(account, key.run)
    begun = set(calls.in_flight)

    async def only_calls_left() -> bool:
        statuses = await fakes.items(key, 2)
        return {i for i, status in statuses.items() if status == "processing"} == begun

    await until(only_calls_left)
    await _end(calls, bells)
    assert sorted((await fakes.items(key, 2)).values()).count("completed") == SLOTS


async def test_a_run_leaves_nothing_prepared_behind(account: UUID, calls: Calls) -> None:
    key, bells = await crew(account, SLOTS * 2)
    await until(lambda: len(calls.in_flight) == SLOTS)
    await _end(calls, bells)
    assert set((await fakes.items(key, 2)).values()) == {"completed"}
    assert len(calls.prepared) == SLOTS * 2


async def test_a_turn_without_its_slot_ends_after_its_call(account: UUID, calls: Calls) -> None:
    key, bells = await crew(account, SLOTS * 3)
    await until(lambda: len(calls.in_flight) == SLOTS)
    slots = key.meta.removesuffix("meta") + "slots"
    others = {f"other {n}": 9e15 for n in range(SLOTS)}
    async with open_connections.state().pipeline() as at_once:
        at_once.delete(slots)
        at_once.zadd(slots, others)
        await at_once.execute()  # as if this process had stood still, and others took its slots
    await until(lambda: not heartbeat.mine().turns)
    ending = asyncio.create_task(calls.end_all())
    await asyncio.wait_for(asyncio.gather(*bells), 20)
    ending.cancel()
    assert len(calls.prepared) < SLOTS * 3


async def test_a_beat_before_the_first_claim_does_not_lose_a_turn_its_slot(
    account: UUID, calls: Calls
) -> None:
    key = await fakes.start(account, count=1, last_stage=2, concurrency=1)
    await advance(key)
    slots = key.meta.removesuffix("meta") + "slots"
    await open_connections.state().zadd(slots, {"another": 9e15})
    async with turn._claiming:
        bell = asyncio.create_task(turn.answer_bell(2, str(account), str(key.run)))
        await until(lambda: bool(turn._crews))
        await asyncio.to_thread(heartbeat.mine()._beat)
        await open_connections.state().zrem(slots, "another")
    await until(lambda: bool(calls.in_flight))
    assert list(heartbeat.mine().turns.values()) == [key]
    await _end(calls, [bell])


async def test_a_claim_keeps_its_lease_while_an_item_lets_nobody_read_its_answer(
    account: UUID, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEASE_SECONDS", "2")
    settings.cache_clear()
    key = await fakes.start(account, count=1, last_stage=2, concurrency=1)
    await advance(key)
    bell = asyncio.create_task(turn.answer_bell(2, str(account), str(key.run)))
    leases = key.meta.removesuffix("meta") + "leases"
    with redis.Redis.from_url(settings().redis_url) as client:
        while not client.zcard(leases):  # noqa: ASYNC110 - step by step
            await asyncio.sleep(0)
        assert [asked for asked, _ in heartbeat.mine().asked.values()] == [key]
        compute(4)
        [(_, deadline)] = client.zrange(leases, 0, 0, withscores=True)
        assert deadline > client.time()[0] * 1000
    await _end(calls, [bell])
    assert not heartbeat.mine().asked


async def test_a_refused_claim_is_no_longer_kept(account: UUID, calls: Calls) -> None:
    key = await fakes.start(account, count=1, last_stage=2)
    await advance(key)
    await controls.pause(account, key.run)
    await turn.answer_bell(2, str(account), str(key.run))
    assert not heartbeat.mine().asked


async def test_a_run_with_more_than_its_share_of_threads_makes_room_for_others(
    account: UUID, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXT_THREADS", str(SLOTS))
    monkeypatch.setenv("TURN_SECONDS", "600")
    settings.cache_clear()
    _, bells = await crew(account, SLOTS * 4)
    await until(lambda: len(calls.in_flight) == SLOTS)
    monkeypatch.setitem(broker.broker.heard, ("text", str(uuid4())), time.monotonic())
    for _ in range(SLOTS):
        calls.end_one()
    await until(lambda: sum(bell.done() for bell in bells) >= SLOTS // 2)
    await _end(calls, bells)


async def test_a_run_that_nobody_waits_behind_keeps_its_threads(
    account: UUID, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXT_THREADS", str(SLOTS))
    monkeypatch.setenv("TURN_SECONDS", "600")
    settings.cache_clear()
    key, bells = await crew(account, SLOTS * 4)
    await until(lambda: len(calls.in_flight) == SLOTS)
    monkeypatch.setitem(broker.broker.heard, ("text", str(key.run)), time.monotonic())
    begun = set(calls.prepared)
    for _ in range(SLOTS):
        calls.end_one()
    await until(lambda: len(calls.in_flight) == SLOTS and len(set(calls.prepared) - begun) >= SLOTS)
    assert not any(bell.done() for bell in bells)
    await _end(calls, bells)


async def test_no_more_bells_are_rung_than_there_are_threads(account: UUID, calls: Calls) -> None:
    broker.broker.aim()
    broker.broker.client.flushdb()
    name = f"{heartbeat.ALIVE_KEY}images:here:1"
    await open_connections.state().sadd(heartbeat.WORKERS_KEY, name)
    await open_connections.state().set(name, 3)
    await broker.ring(6, account, uuid4(), 256)
    await open_connections.state().delete(name)
    assert broker.waiting("images") == {"images": 3}
    broker.broker.client.flushdb()


async def _end(calls: Calls, bells: list[asyncio.Task[None]]) -> None:
    ending = asyncio.create_task(calls.end_all())
    await asyncio.wait_for(asyncio.gather(*bells), 20)
    ending.cancel()
