"""Dialogs without a mouse: they keep the focus while they are open and give it back afterwards."""

from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from tests.api import planner
from tests.api.articles import COFFEE
from tests.browser.keyboard import first_row, press, tab_to, walk
from tests.browser.writer import add_prompts, add_task, add_text

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
async def rows(account: UUID, keywords: list[UUID]) -> None:
    """Something in each of the tables."""
    cluster = await planner.cluster(account, "Green tea")
    await planner.cluster(account, "White tea")
    await planner.idea(account, cluster, "How to brew green tea")
    await add_task(account, "How to grow basil")
    await add_prompts(account, await add_text(account))


async def keeps_and_gives_back(page: Page, opener: Locator, dialog: Locator) -> None:
    """The open dialog is walked round, left by Escape, and `opener` has the focus again."""
    await expect(dialog).to_be_visible()
    await expect(dialog.locator(".mantine-Skeleton-root")).to_have_count(0)
    await expect(dialog.locator(":focus")).to_have_count(1)
    walked = await walk(page, "[role=dialog]")
    assert walked.outside == walked.missed == walked.unseen == []
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


BY_BUTTON = [
    ("keywords", "Add keyword", "Add a keyword"),
    ("keywords", "Import", "Import keywords"),
    ("clusters", "Add cluster", "Add a cluster"),
]


@pytest.mark.parametrize(("path", "button", "title"), BY_BUTTON)
async def test_a_dialog_keeps_the_focus_and_gives_it_back_to_its_button(
    page: Page, site: str, path: str, button: str, title: str
) -> None:
    await page.goto(f"{site}/{path}")
    opener = page.get_by_role("button", name=button, exact=True)
    await press(page, opener)
    await keeps_and_gives_back(page, opener, page.get_by_role("dialog", name=title))


BY_ROW = [("keywords", "Keyword"), ("clusters", "Cluster"), ("ideas", "Idea"), ("tasks", "Writer")]


@pytest.mark.parametrize(("path", "title"), BY_ROW)
async def test_a_row_is_opened_by_enter_and_has_the_focus_afterwards(
    page: Page, site: str, path: str, title: str
) -> None:
    await page.goto(f"{site}/{path}")
    row = await first_row(page)
    await page.keyboard.press("Enter")
    await keeps_and_gives_back(page, row, page.get_by_role("dialog", name=title))


BY_SELECTION = [
    ("keywords", "Move", "Move 50 keywords"),
    ("keywords", "Delete", "Delete 50 keywords?"),
    ("clusters", "Merge", "Merge"),
    ("ideas", "Delete", "Delete 3 ideas?"),
    ("tasks", "Delete", "Delete 2 tasks?"),
    ("content", "Delete", "Delete 1 article?"),
]


@pytest.mark.parametrize(("path", "button", "title"), BY_SELECTION)
async def test_what_is_done_to_chosen_rows_is_asked_in_a_dialog_that_keeps_the_focus(
    page: Page, site: str, path: str, button: str, title: str
) -> None:
    await page.goto(f"{site}/{path}")
    await first_row(page)
    await page.keyboard.press("Control+a")
    opener = page.get_by_role("region", name="Selection").get_by_role("button", name=button)
    await press(page, opener)
    await keeps_and_gives_back(page, opener, page.get_by_role("dialog", name=title))


async def test_an_image_is_opened_and_left(page: Page, site: str) -> None:
    await page.goto(f"{site}/images")
    card = page.get_by_role("list", name="Images").get_by_role("button").first
    await press(page, card)
    await keeps_and_gives_back(page, card, page.get_by_role("dialog", name="Image"))


async def test_an_article_is_opened_by_enter(page: Page, site: str) -> None:
    await page.goto(f"{site}/content")
    await first_row(page)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1, name=COFFEE.title)).to_be_visible()
    await tab_to(page, page.get_by_role("tab", name="Read"))
    for name in ("Edit", "Review", "Images"):
        await page.keyboard.press("ArrowRight")
        await expect(page.get_by_role("tab", name=name, selected=True)).to_be_focused()
        walked = await walk(page)
        assert walked.missed == walked.unseen == []
        await tab_to(page, page.get_by_role("tab", name=name))


async def test_a_menu_is_gone_through_by_arrows_and_left(page: Page) -> None:
    account = page.get_by_role("button", name="Account")
    await press(page, account)
    first = page.get_by_role("menuitem").first
    await expect(first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await expect(first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(account).to_be_focused()
    runs = page.get_by_role("button", name="0 runs")
    await press(page, runs)
    await expect(page.get_by_text("Nothing is running.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(runs).to_be_focused()
