"""Each rescue of the keeper, on a run that a crash has left behind."""

import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from redis.exceptions import ConnectionError as ConnectionError_

from db.status import RunStatus, StageStatus
from pipeline import broker, controls, keeper, ledger, queue
from pipeline.advance import advance
from pipeline.connections import state
from pipeline.settings import settings
from pipeline.stage import STAGES, Done, Job
from tests.engine import fakes
from tests.engine.fakes import Fate


@pytest.fixture
async def watch(fate: Fate, db: None) -> keeper.Keeper:
    """A keeper that leads and has been in touch with Redis for longer than a lease."""
    watch = keeper.Keeper()
    await watch.tick()
    assert watch.in_touch_since is not None
    watch.in_touch_since -= settings().lease_seconds + 1
    return watch


async def rescues() -> dict[str, int]:
    found: dict[Any, Any] = await state().hgetall(keeper.RESCUES_KEY)
    return {name.decode(): int(count) for name, count in found.items()}


async def claim_and_die(key: queue.RunKey) -> queue.Claim:
    """A claim whose lease ran out."""
    claim = await queue.claim(key, "a turn", uuid4().hex, 60.0, [(2, 1)])
    assert isinstance(claim, queue.Claim)
    leases = key.meta.removesuffix("meta") + "leases"
    await state().zadd(leases, {f"2:{claim.token}": 1})
    return claim


async def bells() -> int:
    return sum(broker.waiting("text", "images").values())


async def no_bells() -> None:
    broker.broker.client.flushdb()


async def test_what_a_dead_worker_held_is_pending_again(
    account: UUID, watch: keeper.Keeper
) -> None:
    key = await fakes.start(account, count=1)
    await advance(key)
    claim = await claim_and_die(key)
    await watch.tick()
    again = await queue.claim(key, "a turn", "another", 60.0, [(2, 1)])
    assert isinstance(again, queue.Claim)
    assert again.items == [queue.Held(claim.items[0].id, 2, 1)]
    assert (await rescues())["lease"] == 1


@pytest.mark.parametrize("paused", [False, True])
async def test_what_a_dead_worker_had_begun_is_queued_in_postgresql_too(
    account: UUID, watch: keeper.Keeper, paused: bool
) -> None:
    key = await fakes.start(account, count=1)
    await advance(key)
    claim = await claim_and_die(key)
    item = claim.items[0]
    await ledger.begin(key.run, 2, [(item.id, item.attempt)])
    if paused:
        await controls.pause(account, key.run)
    await watch.tick()
    assert await fakes.items(key, 2) == {item.id: "queued"}
    assert await fakes.one("select generation_status from cluster") == "queued"
    await fakes.same_in_redis(key)


@pytest.mark.parametrize("outage", ["restart", "silence", "error"])
async def test_nothing_is_reaped_until_redis_has_been_back_for_a_whole_lease(
    account: UUID, watch: keeper.Keeper, outage: str
) -> None:
    key = await fakes.start(account, count=1)
    await advance(key)
    await claim_and_die(key)
    if outage == "restart":
        watch.server = b"the server before"
    elif outage == "silence":
        watch.answered -= 5  # our client waited, and tried again
    else:
        watch.in_touch_since = None
    await watch.tick()
    assert "lease" not in await rescues()
    assert watch.in_touch_since is not None
    watch.in_touch_since -= settings().lease_seconds + 1
    await watch.tick()
    assert (await rescues())["lease"] == 1


async def test_a_keeper_that_has_just_begun_reaps_nothing(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=1)
    await advance(key)
    await claim_and_die(key)
    await keeper.Keeper().tick()
    assert "lease" not in await rescues()


async def test_one_keeper_leads(account: UUID, watch: keeper.Keeper) -> None:
    key = await fakes.start(account, count=1)
    await state().delete(key.meta)
    await keeper.Keeper().tick()
    assert await queue.look(key) is None
    await watch.tick()
    assert await queue.look(key) is not None


async def test_a_run_that_redis_forgot_is_told_again(account: UUID, watch: keeper.Keeper) -> None:
    key = await fakes.start(account)
    await advance(key)
    await state().flushdb()
    await watch.tick()
    await fakes.same_in_redis(key)
    assert await rescues() == {"rebuilt": 1}


async def test_workers_are_told_of_a_cancel_though_redis_forgot_the_run(
    account: UUID, watch: keeper.Keeper
) -> None:
    key = await fakes.start(account)
    await advance(key)
    await controls.cancel(account, key.run)
    await state().flushdb()
    await watch.tick()
    assert await queue.status(key) == RunStatus.CANCELLED
    await fakes.same_in_redis(key)


@pytest.mark.parametrize("move", ["pause", "resume", "cancel"])
async def test_a_control_that_redis_missed_is_told_again(
    account: UUID, watch: keeper.Keeper, move: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await fakes.start(account)
    await advance(key)
    if move == "resume":
        await controls.pause(account, key.run)

    async def away(*_: object, **__: object) -> bool:
        raise ConnectionError_("Redis is away")

    with monkeypatch.context() as patch:
        patch.setattr(queue, "sync", away)
        await getattr(controls, move)(account, key.run)
    await watch.tick()
    await fakes.same_in_redis(key)
    assert (await rescues())["retold"] == 1


async def test_due_items_that_nobody_claims_get_bells(account: UUID, watch: keeper.Keeper) -> None:
    key = await fakes.start(account, count=3, concurrency=2)
    await advance(key)
    await no_bells()
    await watch.tick()
    assert await bells() == 2
    assert (await rescues())["bell"] == 2


async def test_no_bell_is_rung_while_others_claim(account: UUID, watch: keeper.Keeper) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    assert isinstance(await queue.claim(key, "a turn", "mine", 60.0, [(2, 1)]), queue.Claim)
    await no_bells()
    await watch.tick()
    assert await bells() == 0


async def test_a_run_with_nothing_open_is_advanced(account: UUID, watch: keeper.Keeper) -> None:
    await fakes.start(account)
    await no_bells()
    await watch.tick()
    assert await bells() == 1


async def test_items_whose_opening_broke_off_are_filled_in(
    account: UUID, watch: keeper.Keeper
) -> None:
    key = await fakes.start(account)
    await advance(key)
    await state().delete(
        *[n async for n in state().scan_iter(match=key.meta.replace("meta", "s2*"))]
    )
    await state().hdel(key.meta, "s2")
    await fakes.one("update run_stage set opened_at = now() - interval '1 minute' where stage = 2")
    await watch.tick()
    assert (await rescues())["filled"] == 1
    await fakes.same_in_redis(key)


async def test_children_of_a_worker_that_died_before_it_told_redis_are_found(
    account: UUID, watch: keeper.Keeper
) -> None:
    """They have reopened a stage that was closed: the retry came after the end."""
    key = await fakes.start(account, last_stage=3)
    await fakes.go_on(key)
    await fakes.one(
        "update run_item set status = 'failed' where id in"
        " (select id from run_item where stage = 2 limit 1)"
    )
    await fakes.one("delete from task")
    await fakes.one("delete from run_item where stage = 3")
    await controls.retry(account, key.run)
    claim = await queue.claim(key, "a turn", "mine", 60.0, [(2, 1)])
    assert isinstance(claim, queue.Claim)
    items, _ = await ledger.begin(key.run, 2, [(h.id, h.attempt) for h in claim.items])
    job = Job(account, key.run, 2, fakes.OPTIONS, items, lambda *_, **__: None)
    finished = await ledger.finish(STAGES[2], job, {items[0].id: Done(True)})
    assert len(finished.children) == 2
    await state().delete(key.meta.replace("meta", "s3:completed"))
    watch.ticks = keeper.COMPARE_EVERY - 1
    await watch.tick()
    assert (await rescues())["filled"] == 2
    look = await queue.look(key)
    assert look is not None
    assert [(s.status, s.open) for s in look.stages if s.stage == 3] == [(StageStatus.OPEN, 2)]


@pytest.mark.parametrize("wrong", ["missing", "in processing", "cancelled"])
async def test_items_of_an_ended_run_stand_in_redis_as_they_ended(
    account: UUID, fate: Fate, watch: keeper.Keeper, wrong: str
) -> None:
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "completed"
    here = key.meta.replace("meta", "s3:")
    item: Any = await state().srandmember(f"{here}completed")
    await state().srem(f"{here}completed", item)
    if wrong == "cancelled":
        await state().sadd(f"{here}cancelled", item)
    elif wrong == "in processing":  # its worker died before it told Redis
        await state().sadd(f"{here}processing", item)
        await state().sadd(key.meta.replace("meta", "claim:dead"), item)
        await state().zadd(key.meta.replace("meta", "leases"), {"3:dead": 1})
    watch.ticks = keeper.COMPARE_EVERY - 1
    await watch.tick()
    await fakes.same_in_redis(key)
    assert (await rescues())["restored"] == 1
    assert not await state().exists(key.meta.replace("meta", "leases"))
    assert await state().ttl(f"{here}completed") > 0


@pytest.mark.parametrize("wrong", ["missing", "completed"])
async def test_items_that_wait_in_a_failed_run_are_pending_in_redis(
    account: UUID, fate: Fate, watch: keeper.Keeper, wrong: str
) -> None:
    """A worker that died after it entered them, just before the run failed, told nobody."""
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "completed"
    item = next(iter(await fakes.items(key, 3)))
    waits = "update run_item set status = 'queued' where item_id = $1 returning 1"
    assert await fakes.one(waits, item)
    ended = "update automation_run set status = 'failed' where id = $1 returning 1"
    assert await fakes.one(ended, key.run)
    await state().hset(key.meta, "status", "failed")
    if wrong == "missing":
        await state().srem(key.meta.replace("meta", "s3:completed"), str(item))
    watch.ticks = keeper.COMPARE_EVERY - 1
    await watch.tick()
    await fakes.same_in_redis(key)
    assert (await rescues())["restored"] == 1
    look = await queue.look(key)
    assert look is not None
    assert [(s.status, s.due) for s in look.stages if s.stage == 3] == [(StageStatus.OPEN, 1)]


async def test_what_a_dead_worker_held_in_a_failed_run_is_pending_again(
    account: UUID, watch: keeper.Keeper
) -> None:
    """Its claim's answer was lost, so that it never began the item."""
    key = await fakes.start(account, count=1)
    await advance(key)
    await claim_and_die(key)
    failed = (
        "update automation_run set status = 'failed', ended_at = now() where id = $1 returning 1"
    )
    assert await fakes.one(failed, key.run)
    await state().hset(key.meta, "status", "failed")
    watch.ticks = keeper.COMPARE_EVERY - 1
    await watch.tick()
    await fakes.same_in_redis(key)
    assert (await rescues())["lease"] == 1
    assert await state().ttl(key.meta.replace("meta", "s2:pending")) > 0


async def test_items_of_a_run_that_goes_on_are_left_to_their_workers(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "completed"
    await state().hset(key.meta, "status", "running")
    wanted = [(item, "failed", 1) for item in await fakes.items(key, 3)]
    version = await fakes.one("select version from automation_run where id = $1", key.run)
    assert await queue.restore(key, version, 3, wanted) == 0
    await state().hset(key.meta, "status", "completed")
    assert await queue.restore(key, version + 1, 3, wanted) == 0
    assert await queue.restore(key, version, 3, wanted) == len(wanted)


async def test_a_bug_in_one_run_does_not_end_the_keeper(
    account: UUID, watch: keeper.Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fakes.start(account)

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(watch, "_tend", broken)
        await watch.tick()
    before = time.monotonic()
    await watch.tick()
    assert watch.in_touch_since is not None
    assert watch.in_touch_since >= before
