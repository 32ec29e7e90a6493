"""Pause, resume, cancel and retry: legal and illegal moves, receipts, credits."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.status import RunOrder
from pipeline import connections as open_connections
from pipeline import controls, credits, queue
from pipeline.advance import advance, halt
from pipeline.errors import (
    AIAuthError,
    AIProviderError,
    InsufficientCreditsError,
    ValidationError,
)
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


async def failed_once(account: UUID, fate: Fate, **options: Any) -> tuple[queue.RunKey, UUID]:
    """A completed run in which the first cluster failed, and that cluster."""
    key = await fakes.start(account, **options)
    await advance(key)
    first = next(iter(await fakes.items(key, 2)))
    fate.errors[2, first] = AIProviderError("down")
    assert await fakes.go_on(key) == "completed"
    fate.errors.clear()
    return key, first


async def claimed(key: queue.RunKey, stages: list[tuple[int, int]]) -> queue.Claim:
    claim = await queue.claim(key, uuid4().hex, 60.0, stages)
    assert isinstance(claim, queue.Claim)
    return claim


@pytest.mark.parametrize("move", [controls.pause, controls.resume, controls.cancel])
async def test_an_unknown_run_is_not_moved(account: UUID, fate: Fate, move: Any) -> None:
    with pytest.raises(controls.UnknownRun):
        await move(account, uuid4())


@pytest.mark.parametrize("move", [controls.pause, controls.resume, controls.cancel, controls.retry])
async def test_nobody_moves_the_run_of_another_account(
    account: UUID, fate: Fate, move: Any
) -> None:
    key, _ = await failed_once(account, fate)
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
    claim = await claimed(key, [(2, 1)])
    await controls.pause(account, key.run)
    assert await queue.claim(key, "another", 60.0, [(2, 1)]) == queue.Refused("paused")
    await fakes.do(claim)
    assert sorted((await fakes.items(key, 2)).values()) == ["completed", "queued"]
    await controls.resume(account, key.run)
    assert await fakes.go_on(key) == "completed"
    assert len(fate.worked) == len(set(fate.worked))


async def test_a_cancel_says_what_it_did_and_gives_credits_back(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    await fakes.do(await claimed(key, [(2, 1)]))
    receipt = await controls.cancel(account, key.run)
    assert receipt == controls.Cancelled({2: 2}, {2: 1}, 8)
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


async def test_a_run_in_which_all_failed_is_retried_not_resumed(account: UUID, fate: Fate) -> None:
    fate.errors[3] = AIProviderError("down")
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "failed"
    with pytest.raises(controls.IllegalMove, match="retry"):
        await controls.resume(account, key.run)
    fate.errors.clear()
    assert len((await controls.retry(account, key.run)).retried[3]) == 4
    assert await fakes.go_on(key) == "completed"


@pytest.mark.parametrize("order", list(RunOrder))
async def test_a_retried_item_and_all_that_follows_complete_after_the_end(
    account: UUID, fate: Fate, order: RunOrder
) -> None:
    key, first = await failed_once(account, fate, last_stage=7, order=order)
    fate.worked.clear()
    receipt = await controls.retry(account, key.run, stage=2, items=[first])
    assert receipt == controls.Retried({2: [first]}, [])
    assert await fakes.go_on(key) == "completed"
    assert len(fate.worked) == len(set(fate.worked)) == 1 + 2 + 2 + 2 + 4 + 2
    for number, total in ((2, 2), (3, 4), (4, 4), (5, 4), (6, 8), (7, 4)):
        assert list((await fakes.items(key, number)).values()) == ["completed"] * total
    await fakes.same_in_redis(key)
    await fakes.books(account)


async def test_a_retry_says_what_it_skipped_and_why(account: UUID, fate: Fate) -> None:
    key, first = await failed_once(account, fate)
    second = list(await fakes.items(key, 2))[1]
    stranger = uuid4()
    receipt = await controls.retry(account, key.run, stage=2, items=[first, second, stranger])
    assert receipt.retried == {2: [first]}
    assert {s.item: s.reason for s in receipt.skipped} == {
        second: "It is completed; only failed items can be retried.",
        stranger: "It is not an item of this run's stage.",
    }
    again = await controls.retry(account, key.run, stage=2, items=[first])
    assert again.retried == {}
    assert again.skipped[0].reason == "It is queued; only failed items can be retried."


async def test_all_failed_items_of_a_stage_are_retried(account: UUID, fate: Fate) -> None:
    fate.errors[3] = AIProviderError("down")
    key = await fakes.start(account)
    await fakes.go_on(key)
    receipt = await controls.retry(account, key.run, stage=3)
    assert receipt.retried == {3: list(await fakes.items(key, 3))}
    assert (await controls.retry(account, key.run)).retried == {}


async def test_a_retry_that_cannot_be_paid_for_changes_nothing(db: None, fate: Fate) -> None:
    poor = await new_account("Poor", 12)
    key, first = await failed_once(poor, fate)  # 4 for ideas and 4 for articles: 4 are left
    await credits_spent(poor, 3)
    before = await fakes.rows("select * from run_item order by id")
    with pytest.raises(InsufficientCreditsError):
        await controls.retry(poor, key.run, stage=2, items=[first])
    assert await fakes.rows("select * from run_item order by id") == before
    assert await fakes.status(key) == "completed"
    await fakes.same_in_redis(key)


async def credits_spent(account: UUID, amount: int) -> None:
    """Another run takes some credits."""
    await fakes.one("update account set balance = balance - $2 where id = $1", account, amount)


async def test_each_item_retried_after_a_cancel_is_paid_for(account: UUID, fate: Fate) -> None:
    """The stage was open when the run was cancelled: it holds nothing for the second retry."""
    key = await fakes.start(account, count=3)
    await advance(key)
    fate.errors[2] = AIProviderError("down")
    for _ in range(2):
        await fakes.do(await claimed(key, [(2, 1)]))
    await controls.cancel(account, key.run)
    fate.errors.clear()
    first, second = [i for i, s in (await fakes.items(key, 2)).items() if s == "failed"]
    await controls.retry(account, key.run, items=[first])
    await controls.retry(account, key.run, items=[second])
    held = "select sum(held)::int from credit_entry where run_id = $1 and stage = 2"
    assert await fakes.one(held, key.run) == 8
    assert await fakes.go_on(key) == "completed"
    assert await fakes.one(held, key.run) == 0
    assert await credits.balance(account) == 10_000 - 8 - 8
    await fakes.books(account)


async def test_only_what_is_retried_goes_on_in_a_cancelled_run(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    await fakes.do(await claimed(key, [(2, 1)]))
    fate.errors[2] = AIProviderError("down")
    await fakes.do(await claimed(key, [(2, 1)]))
    await controls.cancel(account, key.run)
    fate.errors.clear()
    await controls.retry(account, key.run)
    assert await fakes.go_on(key) == "completed"
    assert sorted((await fakes.items(key, 2)).values()) == ["cancelled", "completed", "completed"]
    assert list((await fakes.items(key, 4)).values()) == ["completed"] * 2
    await fakes.same_in_redis(key)


async def test_a_cancel_that_meets_a_batch_being_saved_is_not_refused(
    account: UUID, fate: Fate
) -> None:
    """Both lock several items, in no common order: one of the two has to try again."""
    for _ in range(10):
        key = await fakes.start(account, count=4, last_stage=3)
        await advance(key)
        for _ in range(4):
            await fakes.do(await claimed(key, [(2, 1)]))
        claims = [await claimed(key, [(3, 4)]) for _ in range(2)]
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
        claims = [await claimed(key, [(2, 1)]) for _ in range(4)]
        await asyncio.gather(
            *(fakes.do(claim) for claim in claims), controls.cancel(account, key.run)
        )
        await fakes.same_in_redis(key)
        await fakes.books(account)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"selection": []}, "no clusters are selected"),
        ({"selection": [uuid4()]}, "none of the 1 cluster can be worked on"),
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
