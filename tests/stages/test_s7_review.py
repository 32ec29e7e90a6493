import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from db.columns import uuid7
from piccolo_conf import DB
from pipeline.errors import ValidationError
from pipeline.options import RunOptions
from pipeline.stage import Done, Item, Job, Outcomes
from pipeline.stages.s7_review import STAGE
from tests.review.rows import add_article, media_in
from tests.review.samples import good_articles

COFFEE, TRAIL, _ = good_articles()


@pytest.fixture(autouse=True)
def media_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with media_in(tmp_path, monkeypatch):
        yield


def job_of(account: UUID, *contents: UUID, run: UUID | None = None, images: int = 2) -> Job:
    return Job(
        account_id=account,
        run_id=run or uuid7(),
        stage=7,
        options=RunOptions(images_per_article=images),
        items=[Item(content, "An article", 0) for content in contents],
        report=lambda *_, **__: None,
    )


async def save(job: Job, outcomes: Outcomes) -> None:
    results = {id_: done.result for id_, done in outcomes.items() if isinstance(done, Done)}
    async with DB.transaction() as transaction:
        await STAGE.save(transaction.connection, job, results)


async def review(job: Job) -> Outcomes:
    outcomes = await STAGE.work(job)
    await save(job, outcomes)
    return outcomes


async def stored(content: UUID) -> tuple[str, Any]:
    async with DB.connection() as connection:
        row = await connection.fetchrow("select status, review from content where id = $1", content)
    return row["status"], row["review"]


async def reasons_of(content: UUID) -> list[str]:
    return [reason["check"] for reason in (await stored(content))[1]["reasons"]]


async def test_a_good_draft_becomes_ready_and_goes_to_review(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    await review(job_of(account, content))
    status, report = await stored(content)
    assert (status, report["result"], report["reasons"]) == ("review", "ready", [])


async def test_a_damaged_draft_goes_to_review_with_its_reasons(account: UUID) -> None:
    content = await add_article(account, COFFEE, meta_title="Short")
    await review(job_of(account, content))
    status, report = await stored(content)
    assert (status, report["result"]) == ("review", "needs_attention")
    assert [reason["fix"]["kind"] for reason in report["reasons"]] == ["edit_meta"]


async def test_the_result_can_be_counted_in_the_database(account: UUID) -> None:
    one = await add_article(account, COFFEE)
    two = await add_article(account, TRAIL, excerpt="")
    await review(job_of(account, one, two))
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select review->>'result' as result, count(*) from content where account_id = $1"
            " group by 1 order by 1",
            account,
        )
    assert [tuple(row) for row in rows] == [("needs_attention", 1), ("ready", 1)]


@pytest.mark.parametrize("status", ["published", "archived"])
async def test_an_article_that_people_decided_about_is_not_touched(
    account: UUID, status: str
) -> None:
    content = await add_article(account, COFFEE, status=status)
    outcomes = await review(job_of(account, content))
    assert isinstance(outcomes[content], ValidationError)
    assert status in str(outcomes[content])
    assert await stored(content) == (status, None)


async def test_an_article_published_while_it_was_checked_is_not_touched(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    job = job_of(account, content)
    outcomes = await STAGE.work(job)
    async with DB.connection() as connection:
        await connection.execute("update content set status = 'published' where id = $1", content)
    await save(job, outcomes)
    assert await stored(content) == ("published", None)


async def test_a_deleted_article_fails_by_itself(account: UUID) -> None:
    content, gone = await add_article(account, COFFEE), uuid7()
    outcomes = await review(job_of(account, gone, content))
    assert "no longer there" in str(outcomes[gone])
    assert isinstance(outcomes[content], Done)


async def test_an_article_of_another_account_is_not_found(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    outcomes = await STAGE.work(job_of(uuid7(), content))
    assert isinstance(outcomes[content], ValidationError)


async def test_a_copy_is_found_in_the_same_batch(account: UUID) -> None:
    first = await add_article(account, COFFEE)
    copy = await add_article(account, COFFEE, slug="a-copy")
    await review(job_of(account, first, copy))
    found = await reasons_of(first) + await reasons_of(copy)
    assert found == ["near_duplicate"]


async def test_of_two_copies_reviewed_at_the_same_time_one_is_found(account: UUID) -> None:
    first = await add_article(account, COFFEE)
    copy = await add_article(account, COFFEE, slug="a-copy")
    jobs = job_of(account, first), job_of(account, copy)
    outcomes = [await STAGE.work(job) for job in jobs]
    await asyncio.gather(*map(save, jobs, outcomes))
    assert await reasons_of(first) + await reasons_of(copy) == ["near_duplicate"]


async def test_a_copy_in_another_account_does_not_matter(account: UUID) -> None:
    async with DB.connection() as connection:
        other = await connection.fetchval("insert into account (name) values ('B') returning id")
    for owner in (account, other):
        content = await add_article(owner, COFFEE)
        await review(job_of(owner, content))
        assert await reasons_of(content) == []


async def test_reviewing_again_gives_the_same_report(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    await review(job_of(account, content))
    before = await stored(content)
    await review(job_of(account, content))
    assert await stored(content) == before


async def test_the_same_primary_keyword_twice_warns(account: UUID) -> None:
    await add_article(account, TRAIL)
    twin = msgspec.structs.replace(COFFEE, primary_keyword=TRAIL.primary_keyword.upper())
    content = await add_article(account, twin, slug="a-twin")
    await review(job_of(account, content))
    _, report = await stored(content)
    (check,) = [check for check in report["checks"] if check["name"] == "keyword_unique"]
    assert check["verdict"] == "warn"


async def test_images_asked_for_by_the_run_must_be_there(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    async with DB.connection() as connection:
        run = await connection.fetchval(
            "insert into automation_run (account_id) values ($1) returning id", account
        )
        await connection.execute(
            "insert into run_item (run_id, account_id, stage, item_id, position)"
            " values ($1, $2, 5, $3, 0)",
            run,
            account,
            content,
        )
    await review(job_of(account, content, run=run, images=4))
    assert await reasons_of(content) == ["in_article_images"]


async def test_a_review_by_hand_takes_the_images_that_are_there(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    await review(job_of(account, content, images=9))
    assert await reasons_of(content) == []


async def test_an_image_that_was_not_drawn_needs_attention(account: UUID) -> None:
    content = await add_article(account, COFFEE)
    async with DB.connection() as connection:
        await connection.execute("update image set path = null where kind = 'featured'")
    await review(job_of(account, content))
    assert await reasons_of(content) == ["image_file"]
