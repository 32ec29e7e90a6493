"""An article's way from draft to publication, and what its text may not do."""

import asyncio
import io
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Download, Page, expect

from tests.api.articles import COFFEE, TRAIL, value
from tests.browser.axe import violations_in_both_schemes
from tests.browser.writer import add_prompts, add_task, add_text, open_article, outcome

pytestmark = pytest.mark.slow

EVIL = """# Tea

<script>window.harmed = 'script'</script>
<img src="x" onerror="window.harmed = 'handler'">
<svg onload="window.harmed = 'svg'"></svg>
[a link](javascript:window.harmed='link')

The end of the text.
"""


async def downloaded(file: Download) -> bytes:
    """What was saved."""
    return await asyncio.to_thread(Path(await file.path()).read_bytes)


@pytest.mark.usefixtures("workers")
async def test_an_article_is_edited_reviewed_approved_published_and_exported(
    page: Page, site: str, account: UUID
) -> None:
    content = await add_text(account)
    await open_article(page, site, content, "edit")
    await page.get_by_role("textbox", name="Title", exact=True).fill("Coffee at home, made well")
    body = page.get_by_label("Text in Markdown")
    await body.fill("## A new beginning\n\nIt **starts** here.\n\n" + COFFEE.body)
    preview = page.get_by_role("article", name="Preview of the text")
    await expect(preview.get_by_role("heading", name="A new beginning")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Coffee at home, made well")
    text = page.get_by_role("article", name="Text of the article")
    await expect(text.get_by_role("heading", name="A new beginning")).to_be_visible()

    await page.get_by_role("button", name="Review", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(outcome(dialog)).to_contain_text("article")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    facts = page.get_by_test_id("facts")
    await expect(facts).to_contain_text("In review")
    await page.get_by_role("tab", name="Review").click()
    checks = page.get_by_role("table", name="Checks of the final review").get_by_role("row")
    made = await value("select jsonb_array_length(review -> 'checks') from content")
    await expect(checks).to_have_count(made + 1)
    meta = checks.filter(has_text="15 to 65 characters").first
    await expect(meta).to_contain_text(str(len(COFFEE.meta_title)))

    await page.get_by_role("button", name="Approve").click()
    await expect(facts).to_contain_text("approved by writer@example.com")
    await page.get_by_role("button", name="Publish").click()
    await expect(facts).to_contain_text("Published")
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as started:
        await page.get_by_role("menuitem", name="Markdown").click()
    assert b"It **starts** here." in await downloaded(await started.value)


async def test_chosen_articles_are_downloaded_together(
    page: Page, site: str, account: UUID
) -> None:
    await add_text(account)
    await add_text(account, title=TRAIL.title, slug=TRAIL.slug)
    await page.goto(f"{site}/content")
    await expect(page.get_by_role("row").filter(has_text=TRAIL.title)).to_be_visible()
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Export").click()
    async with page.expect_download() as started:
        await page.get_by_role("menuitem", name="HTML").click()
    names = zipfile.ZipFile(io.BytesIO(await downloaded(await started.value))).namelist()
    for slug in (COFFEE.slug, TRAIL.slug):
        assert sum(slug in name and name.endswith(".html") for name in names) == 1


async def test_a_change_of_somebody_else_is_not_lost_unseen(
    page: Page, site: str, account: UUID
) -> None:
    content = await add_text(account)
    await open_article(page, site, content, "edit")
    await page.get_by_label("Excerpt").fill("My excerpt")
    await value("update content set excerpt = 'Their excerpt' where id = $1", content)
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert", name="changed")).to_be_visible()
    await expect(page.get_by_label("Excerpt")).to_have_value("My excerpt")
    await page.get_by_role("button", name="Save mine over it").click()
    await expect(page.get_by_role("alert", name="changed")).to_have_count(0)
    await expect(page.get_by_role("tab", name="Edit", exact=True)).to_be_visible()
    await expect(page.get_by_text("My excerpt")).to_be_visible()
    assert await value("select excerpt from content") == "My excerpt"


async def test_a_script_in_an_article_does_not_run(page: Page, site: str, account: UUID) -> None:
    content = await add_text(account, body=EVIL)
    await open_article(page, site, content)
    text = page.get_by_role("article", name="Text of the article")
    await expect(text).to_contain_text("The end of the text.")
    assert await text.locator("script, svg, [onerror], [href^=javascript]").count() == 0
    await page.get_by_role("tab", name="Edit").click()
    preview = page.get_by_role("article", name="Preview of the text")
    await expect(preview).to_contain_text("The end of the text.")
    assert await preview.locator("script, svg, [onerror], [href^=javascript]").count() == 0
    assert await page.evaluate("window.harmed") is None


async def test_the_plan_of_a_task_is_edited(page: Page, site: str, account: UUID) -> None:
    task = await add_task(account, "How to grow basil")
    await page.goto(f"{site}/tasks?id={task}")
    dialog = page.get_by_role("dialog", name="Writer task")
    await dialog.get_by_role("button", name="Edit the plan").click()
    await dialog.get_by_label("Target words").fill("1200")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_contain_text("1,200 words")
    assert await value("select target_words from task") == 1200


@pytest.mark.parametrize("tab", ["read", "edit", "review", "images"])
async def test_the_page_of_an_article_is_accessible(
    page: Page, site: str, account: UUID, tab: str
) -> None:
    await open_article(page, site, await add_text(account), tab)
    await expect(page.get_by_role("tabpanel")).to_be_visible()
    await expect(page.locator(".mantine-Skeleton-root")).to_have_count(0)
    assert await violations_in_both_schemes(page) == []


@pytest.mark.parametrize("path", ["tasks", "content", "images"])
async def test_the_lists_of_the_writer_are_accessible(
    page: Page, site: str, account: UUID, path: str
) -> None:
    await add_prompts(account, await add_text(account))
    await page.goto(f"{site}/{path}")
    name = "Select the image" if path == "images" else f"Select {COFFEE.title}"
    await page.get_by_label(name).first.click()
    await expect(page.get_by_role("region", name="Selection")).to_contain_text("1 ")
    assert await violations_in_both_schemes(page) == []
