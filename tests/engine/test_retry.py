"""Retries: one, some, all; after the end and after a cancel; what flows on, what it costs."""

from uuid import UUID, uuid4

import pytest

from db.status import RunOrder
from pipeline import controls, credits, receipts
from pipeline.advance import advance
from pipeline.errors import (
    AIProviderError,
    InsufficientCreditsError,
)
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


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
    key, first = await fakes.failed_once(account, fate, last_stage=7, order=order)
    fate.worked.clear()
    receipt = await controls.retry(account, key.run, stage=2, items=[first])
    assert receipt == receipts.Retried({2: [first]}, [])
    assert await fakes.go_on(key) == "completed"
    assert len(fate.worked) == len(set(fate.worked)) == 1 + 2 + 2 + 2 + 4 + 2
    for number, total in ((2, 2), (3, 4), (4, 4), (5, 4), (6, 8), (7, 4)):
        assert list((await fakes.items(key, number)).values()) == ["completed"] * total
    await fakes.same_in_redis(key)
    await fakes.books(account)


async def test_a_retry_says_what_it_skipped_and_why(account: UUID, fate: Fate) -> None:
    key, first = await fakes.failed_once(account, fate)
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
    key, first = await fakes.failed_once(poor, fate)  # 4 for ideas and 4 for articles: 4 are left
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
        await fakes.do(await fakes.claimed(key, [(2, 1)]))
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


async def test_a_run_whose_next_stage_was_cancelled_whole_ends_though_the_retry_fails_again(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account, count=2)
    await advance(key)
    fate.errors[2] = AIProviderError("down")
    await fakes.do(await fakes.claimed(key, [(2, 1)]))
    fate.errors.clear()
    await fakes.do(await fakes.claimed(key, [(2, 1)]))
    assert list((await fakes.items(key, 3)).values()) == ["queued"] * 2
    await controls.cancel(account, key.run)
    fate.errors[2] = AIProviderError("still down")
    await controls.retry(account, key.run)
    assert await fakes.go_on(key) == "completed"
    assert sorted((await fakes.items(key, 2)).values()) == ["completed", "failed"]
    assert list((await fakes.items(key, 3)).values()) == ["cancelled"] * 2
    await fakes.same_in_redis(key)
    await fakes.books(account)


async def test_only_what_is_retried_goes_on_in_a_cancelled_run(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    await fakes.do(await fakes.claimed(key, [(2, 1)]))
    fate.errors[2] = AIProviderError("down")
    await fakes.do(await fakes.claimed(key, [(2, 1)]))
    await controls.cancel(account, key.run)
    fate.errors.clear()
    await controls.retry(account, key.run)
    assert await fakes.go_on(key) == "completed"
    assert sorted((await fakes.items(key, 2)).values()) == ["cancelled", "completed", "completed"]
    assert list((await fakes.items(key, 4)).values()) == ["completed"] * 2
    await fakes.same_in_redis(key)
