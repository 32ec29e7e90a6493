from typing import Any
from uuid import UUID

import pytest

from db.status import Phase
from pipeline.errors import AIProviderError, ValidationError
from pipeline.stage import Done
from pipeline.stages.s5_image_prompts import STAGE
from tests.stages import rows
from tests.stages.service import Reply, Service


def prompts(*inside: dict[str, Any], **featured: Any) -> Reply:
    whole = {"prompt": "A kettle over a paper filter, soft light", "alt": "Kettle over a filter"}
    return lambda data: {"featured": whole | featured, "in_article": list(inside)}


def picture(section: str, alt: str = "", prompt: str = "A hand with a kettle") -> dict[str, Any]:
    return {"section": section, "prompt": prompt, "alt": alt or f"A view of {section.lower()}"}


BEANS, WATER = picture("Beans and roast"), picture("Water and heat")


async def images(content: UUID) -> list[dict[str, Any]]:
    return await rows.fetch("SELECT * FROM image WHERE content_id = $1 ORDER BY position", content)


async def describe(account: UUID, count: int = 2) -> list[dict[str, Any]]:
    content = await rows.new_content(account)
    await rows.run(STAGE, await rows.new_job(account, STAGE, content, images_per_article=count))
    return await images(content)


async def test_an_article_gets_one_featured_picture_and_the_asked_number_inside(
    account: UUID, ai: Service
) -> None:
    ai.says("ImagePrompts", prompts(BEANS, WATER))
    found = await describe(account)
    assert [(row["kind"], row["position"], row["section"]) for row in found] == [
        ("featured", 0, ""),
        ("in_article", 1, "Beans and roast"),
        ("in_article", 2, "Water and heat"),
    ]
    assert found[0]["alt"] == "Kettle over a filter"
    assert ai.data("ImagePrompts")["sections"] == [each.heading for each in rows.OUTLINE]


async def test_no_picture_inside_leaves_the_featured_one(account: UUID, ai: Service) -> None:
    ai.says("ImagePrompts", prompts())
    assert [row["kind"] for row in await describe(account, 0)] == ["featured"]


async def test_too_few_pictures_are_asked_for_again_and_then_fail(
    account: UUID, ai: Service
) -> None:
    ai.says("ImagePrompts", prompts(BEANS))
    with pytest.raises(AIProviderError, match="in_article has 1 picture, 2 are wanted"):
        await describe(account)
    assert ai.count("ImagePrompts") == 3


async def test_alternative_texts_become_different_and_keep_their_limits(
    account: UUID, ai: Service
) -> None:
    same = "Kettle over a filter"
    ai.says(
        "ImagePrompts",
        prompts(
            picture("Beans and roast", same),
            picture("Water and heat", "x" * 300),
            picture("Grinding at home", "a"),
        ),
    )
    alts = [row["alt"] for row in await describe(account, 3)]
    assert len(set(alts)) == 4
    assert all(5 <= len(alt) <= 125 for alt in alts)
    assert ai.count("ImagePrompts") == 2


async def test_a_section_that_is_none_or_taken_gives_way_to_a_free_one(
    account: UUID, ai: Service
) -> None:
    ai.says("ImagePrompts", prompts(BEANS, picture("Beans and roast", "Two"), picture("Tea")))
    assert [row["section"] for row in (await describe(account, 3))[1:]] == [
        "Beans and roast",
        "Water and heat",
        "Grinding at home",
    ]


async def test_the_progress_counts_the_prompts(account: UUID, ai: Service) -> None:
    ai.says("ImagePrompts", prompts(BEANS, WATER))
    job = await rows.new_job(account, STAGE, await rows.new_content(account))
    await STAGE.work(job)
    reports = job.report
    assert isinstance(reports, rows.Reports)
    assert reports.of(Phase.PREP) == [{"count": 3}]
    assert reports.of(Phase.PARSE) == [{"count": 2}]


async def test_an_article_with_all_its_prompts_is_done_at_no_cost(
    account: UUID, ai: Service
) -> None:
    ai.says("ImagePrompts", prompts(BEANS, WATER))
    content = await rows.new_content(account)
    job = await rows.new_job(account, STAGE, content)
    await rows.run(STAGE, job)
    assert await rows.run(STAGE, job) == {content: Done([], cost=0)}
    assert len(await images(content)) == 3


async def test_an_article_without_text_fails_and_leads_to_it(account: UUID, ai: Service) -> None:
    content = await rows.new_content(account, body=" ")
    with pytest.raises(ValidationError, match="has no text") as raised:
        await STAGE.work(await rows.new_job(account, STAGE, content))
    assert raised.value.action.href == f"/content/{content}"
