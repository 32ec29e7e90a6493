"""The five writing stages one after the other, each fed by the one before, on the demo service."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from pipeline import provider
from pipeline.stage import Done, Stage
from pipeline.stages import (
    s2_ideas,
    s3_tasks,
    s4_content,
    s5_image_prompts,
    s6_images,
    s7_review,
)
from tests.stages import rows

NEXT_ITEMS = {
    2: "SELECT id FROM content_idea WHERE account_id = $1",
    3: "SELECT id FROM task WHERE account_id = $1",
    4: "SELECT id FROM content WHERE account_id = $1",
    5: "SELECT id FROM image WHERE account_id = $1",
    6: "SELECT id FROM content WHERE account_id = $1",
}
TABLES = ("content_idea", "task", "content", "image")


async def pass_through(stage: Stage, account: UUID, items: list[UUID], **options: int) -> None:
    for item in items:
        outcomes = await rows.run(stage, await rows.new_job(account, stage, item, **options))
        assert isinstance(outcomes[item], Done)


@pytest.fixture
async def demo(demo_url: str) -> AsyncIterator[None]:
    """The demo service answers, and the client to it is closed afterwards."""
    yield
    await provider.close_client()


@pytest.mark.parametrize("target_words", [300, 1200])
async def test_a_cluster_becomes_articles_that_pass_the_final_review(
    account: UUID, demo: None, media_folder: Path, target_words: int
) -> None:
    items = [await rows.new_cluster(account)]
    for stage in (s2_ideas, s3_tasks, s4_content, s5_image_prompts, s6_images, s7_review):
        await pass_through(stage.STAGE, account, items, target_words=target_words)
        if stage.STAGE.number in NEXT_ITEMS:
            found = await rows.fetch(NEXT_ITEMS[stage.STAGE.number], account)
            items = [row["id"] for row in found]
    for table in TABLES:
        demos = await rows.fetch(f"SELECT demo FROM {table} WHERE account_id = $1", account)
        assert [row["demo"] for row in demos] == [True] * (6 if table == "image" else 2)
    articles = await rows.fetch("SELECT * FROM content WHERE account_id = $1", account)
    for article in articles:
        assert article["review"]["reasons"] == []
        assert article["review"]["result"] == "ready"
        assert article["status"] == "review"
