"""Opening and closing of stages on a real run with trivial stages."""

import asyncio
from uuid import UUID

import msgspec
import pytest

from db.status import RunOrder
from pipeline import broker, controls, credits, ledger, queue, turn
from pipeline.advance import advance
from pipeline.errors import (
    AIProviderError,
    ContentPolicyError,
    ErrorPayload,
    InsufficientCreditsError,
    payload,
)
from pipeline.options import RunOptions
from pipeline.stage import STAGES, Done, Item, Job
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account

BOTH = pytest.mark.parametrize("order", list(RunOrder))


@BOTH
async def test_a_run_goes_through_all_its_stages(
    account: UUID, fate: Fate, order: RunOrder
) -> None:
    key = await fakes.start(account, last_stage=7, order=order)
    assert await fakes.go_on(key) == "completed"
    found = await fakes.rows(
        "select stage, count(*), count(*) filter (where status = 'completed') from run_item"
        " where run_id = $1 group by stage order by stage",
        key.run,
    )
    assert found == [(2, 2, 2), (3, 4, 4), (4, 4, 4), (5, 4, 4), (6, 8, 8), (7, 4, 4)]
    assert len(fate.worked) == len(set(fate.worked)) == 26
    await fakes.same_in_redis(key)
    await fakes.books(account)
    # 2 clusters × 2 ideas × 2, 4 articles × 2 hundred words, 4 × prompts, 8 images × 2
    assert await fakes.one("select balance from account where id = $1", account) == 10_000 - 36


@BOTH
async def test_nothing_is_held_once_the_run_has_ended(
    account: UUID, fate: Fate, order: RunOrder
) -> None:
    fate.costs = {2: 1}
    key = await fakes.start(account, last_stage=6, order=order)
    fate.errors[4] = AIProviderError("down")
    assert await fakes.go_on(key) == "failed"
    held = "select coalesce(sum(held), 0)::int from credit_entry where run_id = $1"
    assert await fakes.one(held, key.run) == 0
    assert await fakes.one("select balance from account where id = $1", account) == 10_000 - 2


async def test_flow_lets_an_item_pass_those_that_fail(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, last_stage=4, order=RunOrder.FLOW)
    await advance(key)
    first, second = await fakes.items(key, 2)
    fate.errors[2, first] = ContentPolicyError("no")
    assert await fakes.go_on(key) == "completed"
    assert await fakes.items(key, 2) == {first: "failed", second: "completed"}
    assert list((await fakes.items(key, 4)).values()) == ["completed"] * 2


async def test_opening_a_stage_holds_its_price(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    entries = await fakes.rows(
        "select stage, kind, amount, held from credit_entry where run_id = $1", key.run
    )
    assert entries == [(2, "hold", -12, 12)]


async def test_a_stage_that_cannot_be_paid_for_stops_the_run_before_any_work(
    db: None, fate: Fate
) -> None:
    poor = await new_account("Poor", 11)
    key = await fakes.start(poor, count=3)
    bells = broker.broker.client.flushdb()
    assert bells
    assert await fakes.go_on(key) == "failed"
    error = await fakes.one("select error from automation_run where id = $1", key.run)
    assert error["error_type"] == InsufficientCreditsError.__name__
    assert error["error_message"] == "Insufficient credits. Required: 12, Available: 11"
    assert error["user_message"] == "Not enough credits. You need 12 credits."
    assert error["action"] == {
        "kind": "purchase_credits",
        "label": "Purchase Credits",
        "href": "/credits",
    }
    assert (error["phase"], error["stage"]) == ("INIT", 2)
    assert fate.worked == []
    assert await fakes.items(key, 2) == {}
    assert broker.waiting("text", "images") == {"text": 0, "images": 0}
    assert await fakes.one("select balance from account where id = $1", poor) == 11


async def test_a_run_stopped_for_credits_goes_on_after_a_top_up(db: None, fate: Fate) -> None:
    poor = await new_account("Poor", 10)
    key = await fakes.start(poor, count=2)  # 8 for the ideas, 8 for the articles
    assert await fakes.go_on(key) == "failed"
    assert set((await fakes.items(key, 3)).values()) == {"completed"}
    assert await fakes.items(key, 4) == {}
    await credits.top_up(poor, 6)
    await controls.resume(poor, key.run)
    assert await fakes.go_on(key) == "completed"


async def test_in_flow_credits_that_run_out_stop_the_run_and_keep_results(
    db: None, fate: Fate
) -> None:
    poor = await new_account("Poor", 10)
    key = await fakes.start(poor, count=2, order=RunOrder.FLOW)
    assert await fakes.go_on(key) == "failed"
    assert set((await fakes.items(key, 2)).values()) == {"completed"}
    await fakes.books(poor)
    await credits.top_up(poor, 50)
    await controls.resume(poor, key.run)
    assert await fakes.go_on(key) == "completed"
    assert list((await fakes.items(key, 4)).values()) == ["completed"] * 4
    await fakes.same_in_redis(key)
    await fakes.books(poor)


async def test_a_stage_without_items_closes_at_once(account: UUID, fate: Fate) -> None:
    """No images are asked for: the stages of images and review have nothing to do."""

    async def save_nothing(*_: object) -> None:
        return None

    STAGES[5] = msgspec.structs.replace(STAGES[5], save=save_nothing)
    key = await fakes.start(account, last_stage=7, options=RunOptions(images_per_article=0))
    assert await fakes.go_on(key) == "completed"
    closed = await fakes.rows(
        "select stage, status from run_stage where run_id = $1 order by stage", key.run
    )
    assert closed == [(n, "closed") for n in range(2, 8)]
    results = await fakes.rows(
        "select stage_6_result, stage_7_result from automation_run where id = $1", key.run
    )
    assert [result["loaded"] for result in results[0]] == [0, 0]
    assert results[0][0]["message"] == "No images to work on"


async def test_a_run_whose_items_all_fail_has_failed(account: UUID, fate: Fate) -> None:
    fate.errors[3] = AIProviderError("down")
    key = await fakes.start(account)
    assert await fakes.go_on(key) == "failed"
    error = await fakes.one("select error from automation_run where id = $1", key.run)
    assert error["error_type"] == "AIProviderError"
    assert error["user_message"] == (
        "All 4 ideas failed. The first said: AI service temporarily unavailable"
    )
    assert await fakes.items(key, 4) == {}


async def test_a_run_goes_on_when_only_some_fail(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    await advance(key)
    failing = next(iter(await fakes.items(key, 2)))
    fate.errors[2, failing] = AIProviderError("down")
    assert await fakes.go_on(key) == "completed"
    result = await fakes.one("select stage_2_result from automation_run where id = $1", key.run)
    assert result["message"] == "Generated 2 content ideas for 1 of 2 clusters, 1 failed"
    assert (result["loaded"], result["completed"], result["failed"]) == (2, 1, 1)
    assert result["credits"] == 4


async def test_many_who_advance_at_once_do_each_step_once(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, last_stage=2)
    await asyncio.gather(*(advance(key) for _ in range(5)))
    for number in (2, 2, 2):
        await asyncio.gather(
            *(turn.answer_bell(number, str(account), str(key.run)) for _ in range(4))
        )
    await asyncio.gather(*(advance(key) for _ in range(5)))
    entries = await fakes.rows(
        "select kind, count(*) from credit_entry where run_id = $1 group by kind order by kind",
        key.run,
    )
    assert entries == [("charge", 2), ("hold", 1)]
    assert await fakes.one("select version from automation_run where id = $1", key.run) == 2


async def at_stage_six(account: UUID, fate: Fate) -> tuple[queue.RunKey, list[queue.Claim]]:
    """A run in flow with both images of one article claimed by two workers."""
    key = await fakes.start(
        account, count=1, last_stage=7, order=RunOrder.FLOW, options=RunOptions(ideas_per_cluster=1)
    )
    await advance(key)
    for number in (2, 2, 2, 2):
        await turn.answer_bell(number, str(account), str(key.run))
        await advance(key)
    claims = [await queue.claim(key, "a turn", f"token-{n}", 60.0, [(6, 1)]) for n in range(2)]
    return key, [claim for claim in claims if isinstance(claim, queue.Claim)]


@pytest.mark.parametrize("fails", [False, True])
async def test_two_images_that_end_at_once_send_their_article_to_the_review_once(
    account: UUID, fate: Fate, fails: bool
) -> None:
    key, claims = await at_stage_six(account, fate)
    jobs = []
    for claim in claims:
        held = [(h.id, h.attempt) for h in claim.items]
        started, _ = await ledger.begin(key.run, 6, held)
        jobs.append(job_of(key, started))
    outcomes: list[dict[UUID, Done | ErrorPayload]]
    outcomes = [{job.items[0].id: Done(True)} for job in jobs]
    if fails:
        no = payload(AIProviderError("no"), phase="AI_CALL")
        outcomes[1] = {jobs[1].items[0].id: no}
    finished = await asyncio.gather(
        ledger.finish(STAGES[6], jobs[0], outcomes[0]),
        ledger.finish(STAGES[6], jobs[1], outcomes[1]),
    )
    assert sorted(len(f.children) for f in finished) == [0, 1]
    assert list((await fakes.items(key, 7)).values()) == ["queued"]


def job_of(key: queue.RunKey, items: list[Item], number: int = 6) -> Job:
    return Job(key.account, key.run, number, fakes.OPTIONS, items, lambda *_, **__: None)
