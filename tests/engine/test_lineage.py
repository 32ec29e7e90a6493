"""What follows from what, asked of real rows of two accounts."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from db.lineage import FOLLOWING, ROW_TABLE, SELECTED, following
from piccolo_conf import DB
from pipeline import controls, entering, queue
from pipeline.advance import advance
from pipeline.errors import AIProviderError
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


async def ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    async with DB.connection() as connection:
        return [tuple(row) for row in await connection.fetch(query, *values)]


async def whole_run(account: UUID) -> queue.RunKey:
    key = await fakes.start(account, count=2, last_stage=7)
    assert await fakes.go_on(key) == "completed"
    return key


@pytest.mark.parametrize("stage", SELECTED)
async def test_rows_of_another_account_are_never_selected(
    account: UUID, fate: Fate, stage: int
) -> None:
    key = await whole_run(account)
    ids = [row[0] for row in await ask(f"select id from {ROW_TABLE[stage]}")]
    assert ids or stage == 1
    other = await new_account("Other", 5)
    assert await ask(SELECTED[stage], other, ids, 2) == []
    assert key.account != other


@pytest.mark.parametrize("stage", [3, 4, 5])
async def test_rows_that_have_what_the_stage_makes_are_not_selected(
    account: UUID, fate: Fate, stage: int
) -> None:
    await whole_run(account)
    ids = [row[0] for row in await ask(f"select id from {ROW_TABLE[stage]}")]
    assert await ask(SELECTED[stage], account, ids, 2) == []


async def test_the_order_of_a_selection_is_kept(account: UUID, fate: Fate) -> None:
    chosen = await fakes.clusters(account, 5)
    chosen.reverse()
    found = await ask(SELECTED[2], account, chosen, 3)
    assert [(item, position) for item, position, *_ in sorted(found, key=lambda r: r[1])] == [
        (item, n) for n, item in enumerate(chosen, 1)
    ]
    assert {units for *_, units in found} == {3}


@pytest.mark.parametrize("stage", [3, 4, 5, 6, 7])
async def test_what_follows_was_entered_and_nothing_else(
    account: UUID, fate: Fate, stage: int
) -> None:
    key = await whole_run(account)
    found = {row[0] for row in await ask(FOLLOWING[stage], key.run, None, None, 2)}
    assert found == set(await fakes.items(key, stage))


async def test_nothing_follows_from_a_failed_item(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=2)
    await advance(key)
    first = next(iter(await fakes.items(key, 2)))
    fate.errors[2, first] = AIProviderError("down")
    await fakes.go_on(key)
    assert await ask(following(3, named=True), key.run, [first], None, 2) == []


async def test_ideas_of_an_earlier_run_do_not_follow(account: UUID, fate: Fate) -> None:
    """The same clusters again: only this run's ideas go on."""
    first = await whole_run(account)
    chosen = list(await fakes.items(first, 2))
    await fakes.one("update content_idea set key = 'old ' || key")
    run = await controls.start(account, first_stage=2, last_stage=3, selection=chosen)
    key = queue.RunKey(account, run)
    assert await fakes.go_on(key) == "completed"
    assert not set(await fakes.items(key, 3)) & set(await fakes.items(first, 3))


async def test_an_article_is_reviewed_though_an_image_failed(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=1, last_stage=7)
    fate.errors[6] = AIProviderError("down")
    await advance(key)
    assert await fakes.go_on(key) == "failed"  # all images failed
    fate.errors.clear()
    failed = list(await fakes.items(key, 6))
    await controls.retry(account, key.run, items=failed[:1])
    assert await fakes.go_on(key) == "completed"
    assert "completed" in (await fakes.items(key, 7)).values()


async def test_a_retried_image_has_its_article_reviewed_anew(account: UUID, fate: Fate) -> None:
    key = await fakes.start(account, count=1, last_stage=7)
    await advance(key)
    await fakes.go_on(key)
    image = next(iter(await fakes.items(key, 6)))
    await fakes.one("update run_item set status = 'failed' where item_id = $1", image)
    reviewed = [item for number, item in fate.worked if number == 7]
    await controls.retry(account, key.run, stage=6)
    assert await fakes.go_on(key) == "completed"
    again = [item for number, item in fate.worked if number == 7][len(reviewed) :]
    article = await fakes.one("select content_id from image where id = $1", image)
    assert again == [article]
    await fakes.same_in_redis(key)


async def test_of_two_runs_that_open_their_ideas_at_once_each_cluster_goes_to_one(
    account: UUID,
) -> None:
    chosen = await fakes.clusters(account, 3)
    async with DB.connection() as connection:
        keywords = await connection.fetch(
            "insert into keyword (account_id, text, key, cluster_id)"
            " select $1, id::text, id::text, id from unnest($2::uuid[]) as given (id) returning id",
            account,
            chosen,
        )
    ids = [row["id"] for row in keywords]
    first, second = [
        await controls.start(account, first_stage=1, last_stage=7, selection=ids) for _ in "ab"
    ]
    await fakes.one(
        "insert into run_item (run_id, account_id, stage, item_id, position, status)"
        " select run, $1, 1, item, 1, 'completed'"
        " from unnest($2::uuid[]) as run, unnest($3::uuid[]) as item",
        *(account, [first, second], ids),
    )

    entered, theirs = asyncio.Event(), list[entering.Child]()

    async def enter_too() -> None:
        await entered.wait()
        async with DB.transaction() as transaction:
            connection = transaction.connection
            theirs.extend(await entering.follow(connection, account, second, 2, fakes.OPTIONS))

    late = asyncio.create_task(enter_too())  # before the transaction, which it would inherit
    async with DB.transaction() as transaction:
        mine = await entering.follow(transaction.connection, account, first, 2, fakes.OPTIONS)
        entered.set()
        async with asyncio.timeout(10):
            while not await _waits_or_is(late):  # noqa: ASYNC110 - only PostgreSQL knows
                await asyncio.sleep(0.01)
    await late
    assert {item for item, _ in mine} == set(chosen)
    assert theirs == []


async def _waits_or_is(done: "asyncio.Task[None]") -> bool:
    """Whether a transaction waits for the lock of the planning, or the task has ended."""
    waits = "select exists (select 1 from pg_locks where locktype = 'advisory' and not granted)"
    return done.done() or bool(await fakes.one(waits))
