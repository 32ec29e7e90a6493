"""A run in several tabs, over a reload, and behind the Back button: the same run everywhere."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.automation import LONG
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]


async def start(page: Page) -> None:
    """Cluster two keywords by a double click; their dialog is open."""
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_label("Select green tea 49", exact=True).click()
    await page.get_by_role("button", name="Cluster keywords").dblclick()
    dialog = page.get_by_role("dialog", name="Clustering 2 keywords")
    await expect(dialog.get_by_test_id("message")).to_contain_text("Analyzing")


async def test_a_run_that_one_tab_cancels_has_ended_in_the_other(
    page: Page, site: str, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold("messages")
    await page.reload()
    await start(page)
    other = await page.context.new_page()
    await other.goto(f"{site}/keywords")
    await other.get_by_role("button", name="1 run").click()
    await other.get_by_role("button").filter(has_text="Clustering 2 keywords").click()
    seen = other.get_by_role("dialog", name="Clustering 2 keywords")
    await expect(seen.get_by_test_id("counts")).to_contain_text("0 of 2")
    await page.get_by_role("button", name="Cancel the run").click()
    question = page.get_by_role("dialog", name="Cancel this run?")
    await question.get_by_role("button", name="Cancel the run").click()
    text = "Cancelled during clustering: 0 of 2 keywords completed"
    for tab in (page, other):
        await expect(tab.get_by_test_id("outcome")).to_have_text(text, timeout=LONG)
        await expect(tab.get_by_test_id("counts")).to_have_text("0 of 2")


async def test_a_reload_in_the_middle_of_a_run_loses_nothing_of_it(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold("messages")
    await page.reload()
    await start(page)
    await page.reload()
    row = page.get_by_role("row", name="green tea 50")
    await expect(row).to_contain_text("Processing")
    await expect(page.get_by_role("button", name="1 run")).to_be_visible()
    await demo.hold("messages", False)
    await expect(row).to_contain_text("Completed", timeout=LONG)
    await expect(page.get_by_role("button", name="0 runs")).to_be_visible()


async def test_back_closes_what_was_opened_and_keeps_the_list(
    page: Page, keywords: list[UUID]
) -> None:
    await page.reload()
    await page.get_by_label("Search keywords").fill("tea 5")
    await page.wait_for_url("**q=tea*")
    await page.get_by_role("link", name="green tea 50", exact=True).click()
    await expect(page.get_by_role("dialog", name="Keyword")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_label("Search keywords")).to_have_value("tea 5")
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
