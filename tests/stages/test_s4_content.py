import asyncio
from typing import Any
from uuid import UUID

import pytest

from db.status import Phase
from piccolo_conf import DB
from pipeline.errors import AIProviderError, RetryLater, ValidationError
from pipeline.markdown import headings
from pipeline.stage import Done
from pipeline.stages.s4_content import STAGE
from tests.stages import rows
from tests.stages.service import Cut, Reply, Service, busy


def article(body: str | None = None, **changes: Any) -> Reply:
    answer = {
        "title": "Pour over coffee at home, calmly",
        "slug": "pour-over-coffee-at-home",
        "meta_title": "Pour over coffee at home",
        "meta_description": "How to brew pour over coffee at home with a kettle, a filter and "
        "some patience, step by step.",
        "excerpt": "Brewing coffee by hand, step by step.",
        "body": rows.written() if body is None else body,
    }
    return lambda data: answer | changes


def extension(data: dict[str, Any]) -> dict[str, Any]:
    asked = [*data["missing_sections"], *data["extend_sections"]]
    words = " ".join(["Water just off the boil brings out more."] * 40)
    return {"sections": [{"heading": each["heading"], "text": words} for each in asked]}


async def write(account: UUID, **plan: Any) -> dict[str, Any]:
    task = await rows.new_task(account, **plan)
    await rows.run(STAGE, await rows.new_job(account, STAGE, task))
    (content,) = await rows.fetch("SELECT * FROM content WHERE task_id = $1", task)
    return content


async def test_an_article_is_written_from_the_plan_of_its_task(account: UUID, ai: Service) -> None:
    ai.says("Article", article())
    content = await write(account)
    data = ai.data("Article")
    assert [each["heading"] for each in data["outline"]] == [each.heading for each in rows.OUTLINE]
    assert (data["primary_keyword"], data["target_words"]) == ("pour over coffee", 300)
    assert content["title"] == "Pour over coffee at home, calmly"
    assert content["slug"] == "pour-over-coffee-at-home"
    assert content["body"] == rows.written()
    assert 290 <= content["word_count"] <= 320
    assert content["status"] == "draft"
    assert ai.count("ArticleExtension") == 0


async def test_task_and_idea_are_completed_with_the_article(account: UUID, ai: Service) -> None:
    ai.says("Article", article())
    content = await write(account)
    statuses = await rows.fetch(
        "SELECT task.status AS task, i.status AS idea FROM task "
        "JOIN content_idea i ON i.id = task.idea_id WHERE task.id = $1",
        content["task_id"],
    )
    assert statuses == [{"task": "completed", "idea": "completed"}]


async def test_missing_sections_are_asked_for_once_and_put_in_their_places(
    account: UUID, ai: Service
) -> None:
    ai.says("Article", article(rows.written(["Water and heat", "Brewing step by step"])))
    ai.says("ArticleExtension", extension)
    content = await write(account)
    assert [text for _, text in headings(content["body"])] == [
        each.heading for each in rows.OUTLINE
    ]
    missing = ai.data("ArticleExtension")["missing_sections"]
    assert [each["heading"] for each in missing] == ["Beans and roast", "Grinding at home"]
    assert ai.count("ArticleExtension") == 1


async def test_a_short_article_is_extended_in_its_shorter_sections(
    account: UUID, ai: Service
) -> None:
    ai.says("Article", article(rows.written(words=200)))
    ai.says("ArticleExtension", extension)
    content = await write(account)
    asked = ai.data("ArticleExtension")
    assert asked["missing_sections"] == []
    assert 60 <= asked["words_needed"] <= 110
    assert all(each["text"] in content["body"] for each in asked["extend_sections"])
    assert content["word_count"] >= 300


async def test_a_planned_section_of_a_few_words_is_extended(account: UUID, ai: Service) -> None:
    body = rows.written(words=500).replace("## Grinding at home", "## Grinding at home\n\nSlowly.")
    head, _, tail = body.partition("Slowly.")
    ai.says("Article", article(f"{head}Slowly.\n\n{tail[tail.index('## Brewing') :]}"))
    ai.says("ArticleExtension", extension)
    content = await write(account, target_words=400)
    asked = ai.data("ArticleExtension")["extend_sections"]
    assert asked == [{"heading": "Grinding at home", "text": "Slowly."}]
    assert "Slowly.\n\nWater just off the boil" in content["body"]


async def test_an_opening_without_the_keyword_is_asked_for_again_once(
    account: UUID, ai: Service
) -> None:
    body = "Nothing of it here. " * 40 + rows.written()
    ai.says("Article", article(body))
    content = await write(account)
    assert "do not hold the primary keyword" in ai.talks[1][-1]["content"]
    assert ai.count("Article") == 2
    assert content["body"] == body


async def test_what_the_extension_cannot_mend_is_left_to_the_final_review(
    account: UUID, ai: Service
) -> None:
    body = rows.written(["Water and heat"])
    ai.says("Article", article(body))
    ai.says("ArticleExtension", lambda data: {"sections": []})
    content = await write(account)
    assert content["body"] == body


@pytest.mark.parametrize(("plan_edited", "times_written"), [(False, 1), (True, 2)])
async def test_an_article_outlives_an_extension_that_has_to_wait(
    account: UUID, ai: Service, plan_edited: bool, times_written: int
) -> None:
    ai.says("Article", article(rows.written(words=200)))
    ai.says("ArticleExtension", busy, extension)
    task = await rows.new_task(account)
    job = await rows.new_job(account, STAGE, task)
    with pytest.raises(RetryLater):
        await STAGE.work(job)
    if plan_edited:
        await rows.fetch("UPDATE task SET summary = 'Another one' WHERE id = $1", task)
    await rows.run(STAGE, job)
    assert ai.count("Article") == times_written
    words = await rows.value("SELECT word_count FROM content WHERE task_id = $1", task)
    assert words >= 255
    kept = "SELECT count(*) FROM answer_cache WHERE account_id = $1"
    assert await rows.value(kept, account) == 0


async def test_an_article_that_fits_no_answer_is_written_in_two_halves(
    account: UUID, ai: Service
) -> None:
    def reply(data: dict[str, Any]) -> Any:
        names = [each["heading"] for each in data["outline"]]
        whole: dict[str, Any] = article(rows.written(names, data["target_words"]))(data)
        return whole if len(names) <= 2 else Cut('{"title": "Pour over')

    ai.says("Article", reply)
    ai.says("ArticleExtension", extension)
    content = await write(account)
    assert [text for _, text in headings(content["body"])] == [
        each.heading for each in rows.OUTLINE
    ]
    assert content["word_count"] >= 300


@pytest.mark.parametrize("wrapped", ["```markdown\n{}\n```", "# A title\n\n{}", "Sure!\n\n{}"])
async def test_what_a_chat_puts_round_an_article_is_taken_off(
    account: UUID, ai: Service, wrapped: str
) -> None:
    ai.says("Article", article(wrapped.format(rows.written())))
    assert (await write(account))["body"] == rows.written()


async def test_fields_out_of_their_limits_are_put_right_without_asking_again(
    account: UUID, ai: Service
) -> None:
    ai.says(
        "Article",
        article(
            slug="Ünïcode & much, " * 20,
            meta_title="Pour over coffee " + "at home " * 12,
            meta_description="Too short.",
            excerpt="",
            title="Something else entirely",
        ),
    )
    content = await write(account)
    assert content["title"] == rows.plan()["title"]
    assert content["slug"].isascii()
    assert 1 <= len(content["slug"]) <= 60
    assert 15 <= len(content["meta_title"]) <= 65
    assert 70 <= len(content["meta_description"]) <= 160
    assert content["excerpt"]
    assert ai.count("Article") == 1


async def test_an_article_in_another_language_is_asked_for_again(
    account: UUID, ai: Service
) -> None:
    german = "Guter Kaffee beginnt mit frischen Bohnen und dem richtigen Wasser im Kessel. "
    ai.says("Article", article(german * 5 + rows.written()), article())
    content = await write(account)
    assert 'in the language "de", "en" is wanted' in ai.talks[1][-1]["content"]
    assert content["body"] == rows.written()


async def test_an_answer_without_an_article_fails_after_two_more_questions(
    account: UUID, ai: Service
) -> None:
    ai.says("Article", article("I cannot."))
    with pytest.raises(AIProviderError, match="the body has only 2 words"):
        await write(account)
    assert ai.count("Article") == 3


async def test_words_are_reported_while_they_stream(account: UUID, ai: Service) -> None:
    ai.says("Article", article())
    task = await rows.new_task(account)
    job = await rows.new_job(account, STAGE, task)
    await STAGE.work(job)
    reports = job.report
    assert isinstance(reports, rows.Reports)
    shares = [share for phase, share, _ in reports if phase is Phase.AI_CALL]
    assert any(0 < share < 1 for share in shares)
    assert shares == sorted(shares)
    assert {each["word_count"] for each in reports.of(Phase.AI_CALL)} == {300}
    assert reports.of(Phase.PREP) == [{"task_title": rows.plan()["title"]}]
    assert reports.of(Phase.SAVE) == [{"title": "Pour over coffee at home, calmly"}]


async def test_articles_with_one_slug_saved_at_once_get_numbers(account: UUID, ai: Service) -> None:
    ai.says("Article", article())
    tasks = [await rows.new_task(account, title=f"Pour over coffee {n}") for n in range(6)]
    jobs = [await rows.new_job(account, STAGE, task) for task in tasks]
    await asyncio.gather(*(rows.run(STAGE, job) for job in jobs))
    found = await rows.fetch("SELECT slug FROM content WHERE account_id = $1", account)
    base = "pour-over-coffee-at-home"
    assert {row["slug"] for row in found} == {base, *(f"{base}-{n}" for n in range(2, 7))}


async def test_a_slug_of_another_account_is_free(account: UUID, ai: Service) -> None:
    ai.says("Article", article())
    first = await write(account)
    second = await write(await rows.new_account())
    assert first["slug"] == second["slug"]


async def test_an_article_waits_for_one_with_its_slug_that_is_being_saved(
    account: UUID, ai: Service
) -> None:
    ai.says("Article", article())
    jobs = [
        await rows.new_job(account, STAGE, await rows.new_task(account, title=f"Pour {n}"))
        for n in range(2)
    ]
    done = [(await STAGE.work(job))[job.item.id] for job in jobs]
    results = [each.result for each in done if isinstance(each, Done)]
    async with DB.connection() as one, DB.connection() as other:
        first, second = one.transaction(), other.transaction()
        await first.start()
        await second.start()
        await STAGE.save(one, jobs[0], {jobs[0].item.id: results[0]})
        late = asyncio.ensure_future(STAGE.save(other, jobs[1], {jobs[1].item.id: results[1]}))
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        async with asyncio.timeout(10):
            while not await rows.value(waiting):  # noqa: ASYNC110 - only PostgreSQL knows
                await asyncio.sleep(0.01)
        await first.commit()
        await late
        await second.commit()
    assert await rows.value("SELECT count(*) FROM content WHERE account_id = $1", account) == 2


async def test_a_task_that_has_its_article_is_done_at_no_cost(account: UUID, ai: Service) -> None:
    ai.says("Article", article())
    content = await write(account)
    outcomes = await rows.run(STAGE, await rows.new_job(account, STAGE, content["task_id"]))
    assert outcomes == {content["task_id"]: Done(cost=0)}
    assert ai.count("Article") == 1


async def test_a_task_without_an_outline_fails_and_leads_to_it(account: UUID, ai: Service) -> None:
    task = await rows.new_task(account, outline=[])
    with pytest.raises(ValidationError, match="has no outline") as raised:
        await STAGE.work(await rows.new_job(account, STAGE, task))
    assert raised.value.action.href == f"/tasks?id={task}"
