from typing import Any
from uuid import UUID

import pytest

from db.status import Phase
from pipeline.errors import AIProviderError, ValidationError
from pipeline.settings import settings
from pipeline.stage import Done
from pipeline.stages.s2_ideas import STAGE
from tests.stages import rows
from tests.stages.service import Service


def idea(number: int = 1, **changes: Any) -> dict[str, Any]:
    headings = ("What you need", "How to grind", "How to pour")
    return {
        "title": f"Pour over coffee explained, part {number}",
        "summary": "What it is and how it is done.",
        "content_type": "guide",
        "primary_keyword": "pour over coffee",
        "secondary_keywords": ["coffee grind size"],
        "target_words": 1000,
        "outline": [{"heading": each, "notes": "Tell it."} for each in headings],
    } | changes


def two(**changes: Any) -> Any:
    return lambda data: {"ideas": [idea(1, **changes), idea(2)]}


async def stored(account: UUID) -> list[dict[str, Any]]:
    return await rows.fetch(
        "SELECT * FROM content_idea WHERE account_id = $1 ORDER BY title", account
    )


async def test_a_cluster_gets_the_asked_number_of_ideas_with_their_plan(
    account: UUID, ai: Service
) -> None:
    ai.says("Ideas", two())
    cluster = await rows.new_cluster(account)
    job = await rows.new_job(account, STAGE, cluster, ideas_per_cluster=2)
    outcomes = await rows.run(STAGE, job)
    first, second = await stored(account)
    assert first["title"] == "Pour over coffee explained, part 1"
    assert second["run_id"] == job.run_id
    assert first["outline"][0] == {"heading": "What you need", "notes": "Tell it."}
    assert (first["primary_keyword"], first["target_words"]) == ("pour over coffee", 1000)
    assert outcomes[cluster].cost == 2 * settings().price_idea  # type: ignore[union-attr]


async def test_the_question_names_keywords_and_titles_of_this_cluster(
    account: UUID, ai: Service
) -> None:
    ai.says("Ideas", two())
    cluster = await rows.new_cluster(account)
    await rows.new_cluster(account, "Tea", ["green tea"])
    await rows.insert(
        "content_idea",
        **rows.plan(title="What is there"),
        account_id=account,
        cluster_id=cluster,
        key="what is there",
    )
    job = await rows.new_job(account, STAGE, cluster, target_words=800)
    await rows.fetch("UPDATE automation_run SET last_stage = 2 WHERE id = $1", job.run_id)
    await rows.run(STAGE, job)
    data = ai.data("Ideas")
    assert [keyword["text"] for keyword in data["cluster"]["keywords"]] == rows.KEYWORDS
    assert data["existing_titles"] == ["What is there"]
    assert (data["count"], data["target_words"], data["language"]) == (2, 800, "en")


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"primary_keyword": "tea"}, "none of the cluster's keywords"),
        ({"title": "Pour over coffee explained, part 2"}, "exists already"),
        ({"outline": [{"heading": "One", "notes": ""}]}, "needs 3 to 10 different headings"),
        ({"title": "Brewing slowly and by hand"}, "does not hold its primary keyword"),
        ({"title": "Pour over coffee" + " at home" * 20}, "should have 15 to 100"),
        ({"content_type": "essay"}, "content_type"),
    ],
)
async def test_a_wrong_idea_is_asked_for_again_with_the_reason(
    account: UUID, ai: Service, wrong: dict[str, Any], complaint: str
) -> None:
    ai.says("Ideas", two(**wrong), two())
    cluster = await rows.new_cluster(account)
    await rows.run(STAGE, await rows.new_job(account, STAGE, cluster))
    assert len(await stored(account)) == 2
    assert complaint in ai.talks[1][-1]["content"]


async def test_too_few_ideas_in_all_answers_fail_the_cluster(account: UUID, ai: Service) -> None:
    ai.says("Ideas", lambda data: {"ideas": [idea()]})
    cluster = await rows.new_cluster(account)
    with pytest.raises(AIProviderError, match="1 idea given, 2 wanted"):
        await rows.run(STAGE, await rows.new_job(account, STAGE, cluster))
    assert ai.count("Ideas") == 3


async def test_a_title_without_the_keyword_is_kept_when_it_comes_again(
    account: UUID, ai: Service
) -> None:
    ai.says("Ideas", two(title="Brewing slowly and by hand"))
    cluster = await rows.new_cluster(account)
    await rows.run(STAGE, await rows.new_job(account, STAGE, cluster))
    assert (await stored(account))[0]["title"] == "Brewing slowly and by hand"
    assert ai.count("Ideas") == 2


async def test_lengths_spelling_and_repetitions_are_put_right(account: UUID, ai: Service) -> None:
    ai.says(
        "Ideas",
        two(
            target_words=9000,
            primary_keyword="Pour Over  Coffee",
            secondary_keywords=["Pour over coffee", "grinders", "Grinders", " "],
            outline=[
                {"heading": each, "notes": "n"} for each in ("## One", "one", "2. Two", "Three")
            ],
        ),
    )
    cluster = await rows.new_cluster(account)
    await rows.run(STAGE, await rows.new_job(account, STAGE, cluster, target_words=1000))
    first = (await stored(account))[0]
    assert first["target_words"] == 1500
    assert first["primary_keyword"] == "pour over coffee"
    assert first["secondary_keywords"] == ["grinders"]
    assert [each["heading"] for each in first["outline"]] == ["One", "2. Two", "Three"]


async def test_a_cluster_without_keywords_fails_and_leads_to_it(account: UUID, ai: Service) -> None:
    cluster = await rows.new_cluster(account, "Empty", [])
    with pytest.raises(ValidationError, match='"Empty" has no keywords') as raised:
        await STAGE.work(await rows.new_job(account, STAGE, cluster))
    assert raised.value.action.href == f"/clusters?id={cluster}"
    assert ai.asked == []


async def test_the_progress_names_the_cluster_and_the_number_of_ideas(
    account: UUID, ai: Service
) -> None:
    ai.says("Ideas", two())
    job = await rows.new_job(account, STAGE, await rows.new_cluster(account, "Coffee"))
    outcomes = await STAGE.work(job)
    assert isinstance(outcomes[job.item.id], Done)
    reports = job.report
    assert isinstance(reports, rows.Reports)
    assert reports.of(Phase.AI_CALL) == [{"cluster_name": "Coffee"}]
    assert reports.of(Phase.SAVE) == [{"idea_count": 2}]


async def test_an_automation_takes_up_ideas_that_an_ended_run_left_unwritten(
    account: UUID, ai: Service
) -> None:
    cluster = await rows.new_cluster(account)
    earlier = await rows.new_job(account, STAGE, cluster, ideas_per_cluster=2)
    ai.says("Ideas", two())
    await rows.run(STAGE, earlier)
    await rows.fetch("UPDATE automation_run SET status = 'cancelled' WHERE id = $1", earlier.run_id)
    job = await rows.new_job(account, STAGE, cluster)
    outcomes = await rows.run(STAGE, job)
    assert [row["run_id"] for row in await stored(account)] == [job.run_id] * 2
    assert outcomes[cluster].cost == 0  # type: ignore[union-attr]
