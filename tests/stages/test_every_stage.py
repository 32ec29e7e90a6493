"""What holds for each of the seven stages, whatever it does."""

import importlib
import io
import pkgutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from PIL import Image

from pipeline import stages
from pipeline.errors import ItemError
from pipeline.stage import Done, Job, Stage
from tests.stages import rows
from tests.stages.service import Service

STAGES: list[Stage] = [
    importlib.import_module(f"pipeline.stages.{module.name}").STAGE
    for module in pkgutil.iter_modules(stages.__path__)
]
FUNCTIONS = {
    1: "auto_cluster",
    2: "generate_ideas",
    3: "create_tasks",
    4: "generate_content",
    5: "generate_image_prompts",
    6: "generate_images",
    7: "final_review",
}
TABLES = ("keyword", "cluster", "content_idea", "task", "content", "image")

each_stage = pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.function)


async def new_keyword(account: UUID) -> UUID:
    text = "pour over coffee"
    return await rows.insert("keyword", account_id=account, text=text, key=text)


NEW_ITEM: dict[int, Callable[[UUID], Awaitable[UUID]]] = {
    1: new_keyword,
    2: rows.new_cluster,
    3: rows.new_idea,
    4: rows.new_task,
    5: rows.new_content,
    6: rows.new_image,
    7: rows.new_content,
}


@pytest.fixture
def willing(ai: Service, media_folder: Path) -> Service:
    """An AI service that has a good answer to every question of the stages."""
    planned = [{"heading": part.heading, "notes": part.notes} for part in rows.OUTLINE]
    idea = {name: rows.plan()[name] for name in rows.plan() if name != "outline"}
    ai.says(
        "ClusterGroups",
        lambda data: {
            "groups": [
                {
                    "existing_id": data["existing"][0]["id"] if data["existing"] else None,
                    "name": "Coffee",
                    "intent": "informational",
                    "keyword_ids": [keyword["id"] for keyword in data["keywords"]],
                }
            ]
        },
    )
    ai.says(
        "Ideas",
        lambda data: {
            "ideas": [
                idea | {"outline": planned, "title": f"Pour over coffee, {uuid4()}"}
                for _ in range(data["count"])
            ]
        },
    )
    ai.says(
        "Article",
        lambda data: {
            "title": data["title"],
            "slug": "pour-over",
            "meta_title": "Pour over coffee",
            "meta_description": "Pour over coffee at home, " + "calmly and well " * 4,
            "excerpt": "Pour over coffee.",
            "body": rows.written([each["heading"] for each in data["outline"]]),
        },
    )
    ai.says(
        "ImagePrompts",
        lambda data: {
            "featured": {"prompt": "A kettle on a table", "alt": "A kettle"},
            "in_article": [
                {"section": section, "prompt": "A hand with a filter", "alt": f"Hand: {section}"}
                for section in data["sections"][: data["count"]]
            ],
        },
    )
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    ai.pictures = [picture.getvalue()]
    return ai


async def everything() -> dict[str, list[dict[str, Any]]]:
    return {table: await rows.fetch(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


@each_stage
def test_a_stage_has_its_number_function_and_queue(stage: Stage) -> None:
    assert FUNCTIONS[stage.number] == stage.function
    assert stage.queue == ("images" if stage.number == 6 else "text")
    assert stage.name
    assert stage.batch >= 1


def test_no_two_stages_share_a_number() -> None:
    assert len({stage.number for stage in STAGES}) == len(STAGES)


@each_stage
async def test_every_item_of_a_job_gets_an_outcome(
    stage: Stage, account: UUID, willing: Service
) -> None:
    item = await NEW_ITEM[stage.number](account)
    outcomes = await rows.run(stage, await rows.new_job(account, stage, item))
    assert isinstance(outcomes[item], Done)
    assert set(outcomes) == {item}


@each_stage
async def test_a_result_that_is_saved_twice_is_there_once(
    stage: Stage, account: UUID, willing: Service
) -> None:
    item = await NEW_ITEM[stage.number](account)
    job = await rows.new_job(account, stage, item)
    outcomes = await rows.run(stage, job)
    once = await everything()
    done = outcomes[item]
    assert isinstance(done, Done)
    await rows.save(stage, job, {item: done.result})
    assert await everything() == once


@each_stage
async def test_work_changes_no_row(stage: Stage, account: UUID, willing: Service) -> None:
    item = await NEW_ITEM[stage.number](account)
    job = await rows.new_job(account, stage, item)
    before = await everything()
    await stage.work(job)
    assert await everything() == before


@each_stage
async def test_a_row_of_another_account_is_not_read(
    stage: Stage, account: UUID, willing: Service
) -> None:
    item = await NEW_ITEM[stage.number](await rows.new_account())
    before = await everything()
    assert await failure(stage, await rows.new_job(account, stage, item))
    assert willing.asked == []
    assert await everything() == before


@each_stage
async def test_an_item_that_is_gone_fails_with_a_reason(
    stage: Stage, account: UUID, willing: Service
) -> None:
    error = await failure(stage, await rows.new_job(account, stage, uuid4()))
    assert error.user_message.startswith("Invalid data: The ")


async def failure(stage: Stage, job: Job) -> ItemError:
    """The error that stands for the only item of `job`."""
    try:
        outcome = (await rows.run(stage, job))[job.item.id]
    except ItemError as error:
        return error
    assert isinstance(outcome, ItemError)
    return outcome
