"""Articles and images of the browser tests, and the ways that several tests go."""

from uuid import UUID

from playwright.async_api import Locator, Page, expect

from tests.api import planner
from tests.api.articles import COFFEE, value
from tests.review.rows import add_article

SCENES = [f"A mug of coffee on table {number}" for number in range(1, 6)]
"""Prompts of five images: the featured one and four within the article."""


async def add_task(account: UUID, title: str, words: int = 800) -> UUID:
    """A task that is to be written, with its plan."""
    cluster = await planner.cluster(account, f"Cluster of {title}")
    task = await planner.task(account, await planner.idea(account, cluster, title))
    await value(
        "update task set outline = $2, target_words = $3 where id = $1",
        *(task, planner.OUTLINE, words),
    )
    return task


async def add_text(account: UUID, **columns: object) -> UUID:
    """An article about coffee without images: a draft, unless `columns` say otherwise."""
    content = await add_article(account, COFFEE, **columns)
    await value("delete from image where content_id = $1", content)
    return content


async def add_prompts(account: UUID, content: UUID) -> list[UUID]:
    """Five images of the article that are still to be drawn, in their order."""
    return [
        await value(
            "insert into image (account_id, content_id, kind, position, section, prompt, alt)"
            " values ($1, $2, $3, $4, $5, $6, $7) returning id",
            *(account, content, "in_article" if place else "featured", place),
            *(f"Section {place}" if place else "", scene, scene),
        )
        for place, scene in enumerate(SCENES)
    ]


async def open_article(page: Page, site: str, content: UUID, tab: str = "") -> None:
    await page.goto(f"{site}/content/{content}{tab and f'?tab={tab}'}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


def outcome(dialog: Locator) -> Locator:
    return dialog.get_by_test_id("outcome")
