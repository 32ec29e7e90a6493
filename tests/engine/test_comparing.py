"""What a crash leaves between PostgreSQL and Redis is found by comparing them."""

from typing import Any
from uuid import UUID

import pytest

from db.status import StageStatus
from pipeline import controls, keeper, ledger, queue
from pipeline.advance import advance
from pipeline.connections import state
from pipeline.stage import STAGES, Done, Job
from tests.engine import fakes
from tests.engine.fakes import Fate, claim_and_die, rescues


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


async def test_the_keys_of_a_run_that_goes_on_again_stay(account: UUID, fate: Fate) -> None:
    """A late keeper may still say that they go."""
    key = await fakes.start(account)
    await queue.expire(key, 60)
    assert await state().ttl(key.meta) == -1
    await state().hset(key.meta, "status", "failed")
    await queue.expire(key, 60)
    assert await state().ttl(key.meta) > 0
