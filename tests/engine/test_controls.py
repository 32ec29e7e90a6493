"""Pause, resume, cancel and retry: legal and illegal moves, receipts, credits."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.status import RunOrder
from pipeline import connections as open_connections
from pipeline import controls, credits, ledger, queue, receipts
from pipeline.advance import advance, halt
from pipeline.errors import (
    AIAuthError,
    ValidationError,
)
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


@pytest.mark.parametrize("move", [controls.pause, controls.resume, controls.cancel])
async def test_an_unknown_run_is_not_moved(account: UUID, fate: Fate, move: Any) -> None:
    with pytest.raises(controls.UnknownRun):
        await move(account, uuid4())


@pytest.mark.parametrize("move", [controls.pause, controls.resume, controls.cancel, controls.retry])
async def test_nobody_moves_the_run_of_another_account(
    account: UUID, fate: Fate, move: Any
) -> None:
    key, _ = await fakes.failed_once(account, fate)
    other = await new_account("Other", 100)
    with pytest.raises(controls.UnknownRun):
        await move(other, key.run)
    assert await fakes.status(key) == "completed"


@pytest.mark.parametrize("move", [controls.pause, controls.resume, controls.cancel])
async def test_a_run_that_has_ended_is_not_moved(account: UUID, fate: Fate, move: Any) -> None:
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "completed"
    with pytest.raises(controls.IllegalMove, match="completed"):
        await move(account, key.run)


async def test_a_cancelled_run_is_neither_paused_nor_resumed_nor_cancelled_again(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account)
    await advance(key)
    await controls.cancel(account, key.run)
    for move in (controls.pause, controls.resume, controls.cancel):
        with pytest.raises(controls.IllegalMove, match="cancelled"):
            await move(account, key.run)  # type: ignore[operator]


async def test_double_clicks_do_no_harm(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    await asyncio.gather(*(controls.pause(account, key.run) for _ in range(3)))
    assert await fakes.status(key) == "paused"
    version = "select version from automation_run where id = $1"
    assert await fakes.one(version, key.run) == 2
    await asyncio.gather(*(controls.resume(account, key.run) for _ in range(3)))
    assert await fakes.one(version, key.run) == 3
    assert await fakes.go_on(key) == "completed"


async def test_nothing_starts_in_a_paused_run_and_what_is_in_flight_finishes(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account)
    await advance(key)
    claim = await fakes.claimed(key, [(2, 1)])
    await controls.pause(account, key.run)
    assert await queue.claim(key, "a turn", "another", 60.0, [(2, 1)]) == queue.Refused("paused")
    await fakes.do(claim)
    assert sorted((await fakes.items(key, 2)).values()) == ["completed", "queued"]
    await controls.resume(account, key.run)
    assert await fakes.go_on(key) == "completed"
    assert len(fate.worked) == len(set(fate.worked))


async def test_a_cancel_says_what_it_did_and_gives_credits_back(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    await fakes.do(await fakes.claimed(key, [(2, 1)]))
    receipt = await controls.cancel(account, key.run)
    assert receipt == receipts.Cancelled({2: 2}, {2: 1}, {}, 8)
    assert await credits.balance(account) == 10_000 - 4
    statuses = "select generation_status, count(*) from cluster group by 1 order by 1"
    assert await fakes.rows(statuses) == [("cancelled", 2), ("completed", 1)]
    await fakes.same_in_redis(key)


async def test_a_cancel_is_told_to_a_redis_that_forgot_the_run(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    await advance(key)
    await open_connections.state().flushdb()
    await controls.cancel(account, key.run)
    assert await queue.look(key) is not None
    await fakes.same_in_redis(key)


async def test_a_halted_run_is_resumed_where_it_stopped(account: UUID, fate: Fate) -> None:
    fate.errors[4] = AIAuthError("the key was refused")
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "failed"
    assert set((await fakes.items(key, 4)).values()) == {"queued"}
    fate.errors.clear()
    await controls.resume(account, key.run)
    assert await fakes.go_on(key) == "completed"
    await fakes.same_in_redis(key)
    ended = await open_connections.state().ttl(key.meta)
    assert 0 < ended <= 3 * 86400


async def test_an_error_of_work_from_before_a_resume_does_not_stop_the_run_again(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account)
    await advance(key)
    before = await fakes.claimed(key, [(2, 1)])
    await halt(key, 2, AIAuthError("the key was refused"), version=before.version)
    assert await fakes.status(key) == "failed"
    await controls.resume(account, key.run)
    await halt(key, 2, AIAuthError("the key was refused"), version=before.version)
    assert await fakes.status(key) == "running"
    since = await fakes.claimed(key, [(2, 1)])
    await halt(key, 2, AIAuthError("the key was refused"), version=since.version)
    assert await fakes.status(key) == "failed"


async def test_the_sets_of_a_resumed_run_do_not_expire(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    await advance(key)
    await halt(key, 2, AIAuthError("no"))
    pending = key.meta.replace("meta", "s2:pending")
    assert await open_connections.state().ttl(pending) > 0
    await controls.resume(account, key.run)
    assert await open_connections.state().ttl(pending) == -1


async def test_resuming_a_run_that_redis_forgot_tells_it_whole(account: UUID, fate: Fate) -> None:
    fate.errors[4] = AIAuthError("the key was refused")
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "failed"
    await open_connections.state().flushdb()
    await controls.resume(account, key.run)
    await fakes.same_in_redis(key)


async def test_a_cancel_that_meets_a_batch_being_saved_is_not_refused(
    account: UUID, fate: Fate
) -> None:
    """Both lock several items, in no common order: one of the two has to try again."""
    for _ in range(10):
        key = await fakes.start(account, count=4, last_stage=3)
        await advance(key)
        for _ in range(4):
            await fakes.do(await fakes.claimed(key, [(2, 1)]))
        claims = [await fakes.claimed(key, [(3, 4)]) for _ in range(2)]
        await asyncio.gather(
            *(fakes.do(claim) for claim in claims), controls.cancel(account, key.run)
        )
        await fakes.same_in_redis(key)
        await fakes.books(account)


async def test_a_cancel_does_not_wait_for_those_who_save(account: UUID, fate: Fate) -> None:
    """Children refer to the run's row, which the cancel has locked: neither may be the victim."""
    for _ in range(5):
        key = await fakes.start(account, count=4, order=RunOrder.FLOW)
        await fakes.go_on(key, turns=0)
        claims = [await fakes.claimed(key, [(2, 1)]) for _ in range(4)]
        await asyncio.gather(
            *(fakes.do(claim) for claim in claims), controls.cancel(account, key.run)
        )
        await fakes.same_in_redis(key)
        await fakes.books(account)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"selection": []}, "no clusters are selected"),
        ({"selection": [uuid4()]}, "the cluster cannot be worked on"),
        ({"selection": [uuid4(), uuid4()]}, "none of the 2 clusters can be worked on"),
        ({"first_stage": 5, "last_stage": 2}, "stages must be"),
        ({"concurrency": 2000}, "concurrency must be"),
    ],
)
async def test_a_run_that_makes_no_sense_is_not_started(
    account: UUID, fate: Fate, change: dict[str, Any], message: str
) -> None:
    usual: dict[str, Any] = {
        "first_stage": 2,
        "last_stage": 4,
        "selection": await fakes.clusters(account, 1),
    }
    with pytest.raises(ValidationError, match=message):
        await controls.start(account, **usual | change)
    assert await fakes.one("select count(*) from automation_run") == 0


async def test_rows_of_another_account_cannot_be_worked_on(account: UUID, fate: Fate) -> None:
    other = await new_account("Other", 100)
    theirs = await fakes.clusters(other, 2)
    with pytest.raises(ValidationError):
        await controls.start(account, first_stage=2, last_stage=2, selection=theirs)
    mine = await fakes.clusters(account, 1)
    run = await controls.start(account, first_stage=2, last_stage=2, selection=theirs + mine)
    key = queue.RunKey(account, run)
    await advance(key)
    assert list(await fakes.items(key, 2)) == mine


async def test_what_an_outcome_hands_on_during_a_cancel_is_cancelled_too(
    account: UUID, fate: Fate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outcome is being saved, and nothing of the next stage is open yet."""
    key = await fakes.start(account, count=1, order=RunOrder.FLOW)
    await advance(key)
    await fakes.do(await fakes.claimed(key, [(2, 1)]))
    claim = await fakes.claimed(key, [(3, 2)])
    handed_on, may_commit = asyncio.Event(), asyncio.Event()
    hand_on = ledger._hand_on

    async def slowly(*args: Any) -> Any:
        answer = await hand_on(*args)
        handed_on.set()
        await may_commit.wait()
        return answer

    monkeypatch.setattr(ledger, "_hand_on", slowly)
    saving = asyncio.create_task(fakes.do(claim))
    await handed_on.wait()
    cancelling = asyncio.ensure_future(controls.cancel(account, key.run))
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
    while not await fakes.one(waiting):  # noqa: ASYNC110 - PostgreSQL tells it in no other way
        await asyncio.sleep(0.01)
    may_commit.set()
    await asyncio.gather(saving, cancelling)
    assert set((await fakes.items(key, 4)).values()) == {"cancelled"}
    await fakes.books(account)
