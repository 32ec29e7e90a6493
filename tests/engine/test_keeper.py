"""Each rescue of the keeper, on a run that a crash has left behind."""

import time
from uuid import UUID

import pytest
from redis.exceptions import ConnectionError as ConnectionError_

from db.status import RunStatus
from pipeline import broker, controls, keeper, ledger, queue
from pipeline.advance import advance
from pipeline.connections import state
from pipeline.settings import settings
from tests.engine import fakes
from tests.engine.fakes import Fate, claim_and_die, rescues


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
