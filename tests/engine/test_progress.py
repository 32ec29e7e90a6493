"""The progress payload of real runs."""

from uuid import UUID, uuid4

import pytest

from db.status import GenerationStatus, Phase, RunOrder, RunStatus
from pipeline import connections as open_connections
from pipeline import controls, ledger, progress, queue, reopening, reporter
from pipeline.advance import advance
from pipeline.errors import AIProviderError
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


async def read(key: queue.RunKey) -> progress.Progress:
    found = await progress.read(key.account, key.run)
    assert found is not None
    return found


async def claimed(key: queue.RunKey, number: int) -> queue.Claim:
    claim = await queue.claim(key, "a turn", uuid4().hex, 60.0, [(number, 1)])
    assert isinstance(claim, queue.Claim)
    return claim


async def test_another_account_sees_no_progress(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account)
    other = await new_account("Other", 100)
    assert await progress.read(other, key.run) is None
    assert await progress.read(account, uuid4()) is None


async def test_a_run_that_waits_for_its_start_shows_what_was_chosen(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account, count=3, last_stage=2)
    now = await read(key)
    assert (now.phase, now.items_total, now.items_processed) == (Phase.INIT, 3, 0)
    assert now.title == "Generating ideas for 3 clusters"
    assert 0 <= now.percentage <= 10


@pytest.mark.parametrize("order", list(RunOrder))
async def test_the_bar_never_falls_and_ends_at_100(
    account: UUID, fate: Fate, order: RunOrder
) -> None:
    key = await fakes.start(account, count=3, last_stage=7, order=order)
    await advance(key)
    bars = [(await read(key)).percentage]
    wanted = [(n, 1) for n in (7, 6, 5, 4, 3, 2)]
    while await fakes.status(key) == "running":
        claim = await queue.claim(key, "a turn", uuid4().hex, 60.0, wanted)
        if isinstance(claim, queue.Claim):
            bars.append((await read(key)).percentage)
            await fakes.do(claim)
        else:
            await advance(key)
        now = await read(key)
        bars.append(now.percentage)
        for stage in now.stages:
            five = stage.pending + stage.processing + stage.completed + stage.failed
            assert five + stage.cancelled == stage.items_total
    assert bars == sorted(bars)
    assert bars[-1] == 100.0


async def test_the_bar_falls_by_a_retry_and_only_so_far(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=2, last_stage=4)
    await advance(key)
    first = next(iter(await fakes.items(key, 2)))
    fate.errors[2, first] = AIProviderError("down")
    await fakes.go_on(key)
    fate.errors.clear()
    assert (await read(key)).percentage == 100.0
    await controls.retry(account, key.run)
    now = await read(key)
    assert now.status == RunStatus.RUNNING
    assert now.percentage == pytest.approx(100 * 2.5 / 3, abs=0.01)
    assert await fakes.go_on(key) == "completed"
    assert (await read(key)).percentage == 100.0


async def test_a_run_that_redis_forgot_is_counted_in_postgresql(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=2)
    fate.costs = {}
    await fakes.go_on(key)
    before = await read(key)
    await open_connections.state().flushdb()
    after = await read(key)
    assert after.stages == before.stages
    assert (after.percentage, after.message) == (before.percentage, before.message)


async def test_the_bar_does_not_fall_though_redis_forgot_what_is_under_way(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account, count=1, last_stage=2)
    await advance(key)
    claim = await claimed(key, 2)
    counts = reporter.Counts(total=1, processed=0, current=1)
    report = reporter.reporter(key, 2, {claim.items[0].id: "Cluster 1"}, counts)
    report(Phase.AI_CALL, 0.5, cluster_name="Tea pots")
    await reporter.flush(key, 2)
    before = await read(key)
    await open_connections.state().flushdb()
    forgotten = await read(key)
    await advance(key)
    rebuilt = await read(key)
    assert before.percentage == pytest.approx(50)
    assert [forgotten.percentage, rebuilt.percentage] == [before.percentage] * 2


async def test_what_the_work_reports_is_shown(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=1, last_stage=2)
    await advance(key)
    claim = await claimed(key, 2)
    counts = reporter.Counts(total=1, processed=0, current=1)
    report = reporter.reporter(key, 2, {claim.items[0].id: "Cluster 1"}, counts)
    report(Phase.AI_CALL, 0.5, cluster_name="Tea pots")
    await reporter.flush(key, 2)
    now = await read(key)
    assert now.phase == Phase.AI_CALL
    assert now.message == "Generating ideas for cluster: Tea pots"
    assert now.percentage == pytest.approx(50)
    assert now.current_item == "Cluster 1"
    assert now.steps[-1].message == now.message
    assert now.steps[-1].percentage == 50.0


async def test_a_line_that_only_counts_stands_in_the_log_once(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=2, last_stage=2)
    await advance(key)
    before = len((await read(key)).steps)
    for number in range(2):
        counts = reporter.Counts(total=2, processed=number, current=number)
        report = reporter.reporter(key, 2, {uuid4(): f"Cluster {number}"}, counts)
        report(Phase.AI_CALL, 0.0, cluster_name=f"Cluster {number}")
        report(Phase.PARSE)
    await reporter.flush(key, 2)
    assert [step.message for step in (await read(key)).steps[before:]] == [
        "Generating ideas for cluster: Cluster 0",
        "Checking answers (0/2)",
        "Generating ideas for cluster: Cluster 1",
    ]


async def test_batches_of_keywords_are_logged_with_each_new_count(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account, count=1, last_stage=2)
    await advance(key)
    before = len((await read(key)).steps)
    for processed in (0, 0, 100):
        counts = reporter.Counts(total=200, processed=processed, current=1)
        reporter.reporter(key, 1, {uuid4(): "a keyword"}, counts)(Phase.AI_CALL)
    await reporter.flush(key, 1)
    assert [step.message for step in (await read(key)).steps[before:]] == [
        "Analyzing keyword relationships (0/200)",
        "Analyzing keyword relationships (100/200)",
    ]


async def test_the_end_says_what_was_achieved(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3, last_stage=2)
    await fakes.go_on(key)
    now = await read(key)
    assert (now.phase, now.percentage) == (Phase.DONE, 100.0)
    assert now.message == "Generated 6 content ideas for 3 clusters"
    assert now.details["ideas"] == 6
    assert now.estimated_seconds_remaining == 0.0
    assert [step.phase for step in now.steps][:1] == [Phase.INIT]


async def test_the_time_left_is_unknown_until_an_item_has_been_done(
    account: UUID, fate: Fate
) -> None:
    key = await fakes.start(account, count=3, last_stage=2)
    await advance(key)
    assert (await read(key)).estimated_seconds_remaining is None
    claim = await claimed(key, 2)
    started = [(h.id, h.attempt) for h in claim.items]
    await ledger.begin(key.run, 2, started)
    await reopening.put_back(key.run, 2, [item for item, _ in started])
    await queue.release(claim, [item for item, _ in started])
    claim = await claimed(key, 2)

    done = {held.id: GenerationStatus.COMPLETED for held in claim.items}
    await queue.settle(claim, done, seconds=4.0)
    left = (await read(key)).estimated_seconds_remaining
    assert left == pytest.approx(4.0, abs=0.1)  # two at 4 s each, both at once


async def test_a_cancelled_run_says_where_it_was(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=3)
    await advance(key)
    await fakes.do(await claimed(key, 2))
    await controls.cancel(account, key.run)
    now = await read(key)
    assert now.status == RunStatus.CANCELLED
    assert now.stages[0].cancelled == 2
    assert now.estimated_seconds_remaining == 0.0
    assert "Cancelled" in now.message
    assert "1 of 3 clusters" in now.message
    assert (now.items_processed, now.items_total) == (1, 3)
