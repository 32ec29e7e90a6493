"""What is done on a page before its picture is taken."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.automation import LONG
from tests.browser.test_planner_import import choose

KEYWORDS = Path("examples/keywords.csv")

Act = Callable[[Page], Awaitable[object]]


def click(name: str) -> Act:
    """Press the button of this name."""

    async def act(page: Page) -> None:
        await page.get_by_role("button", name=name, exact=True).click()

    return act


def see(test_id: str, text: str = "") -> Act:
    """Wait until the element is there and contains the text."""

    async def act(page: Page) -> None:
        await expect(page.get_by_test_id(test_id).first).to_contain_text(text, timeout=LONG)

    return act


def scroll_to(selector: str) -> Act:
    """Bring an element to the top of the window."""

    async def act(page: Page) -> None:
        element = page.locator(selector).first
        await expect(element).to_be_visible()
        await element.evaluate("e => window.scrollTo(0, e.getBoundingClientRect().top - 70)")

    return act


async def choose_file(page: Page) -> None:
    """The dialog of an import with the example's keywords, before they are imported."""
    dialog = await choose(page, KEYWORDS)
    await expect(dialog.get_by_test_id("counts")).to_be_visible()


async def import_keywords(page: Page) -> None:
    """The example's keywords, from the page of keywords."""
    await choose_file(page)
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name=re.compile(r"Import \d+ keywords")).click()
    await expect(dialog.get_by_role("status")).to_have_text("Import finished")


async def select_three(page: Page) -> None:
    """The first three rows."""
    await expect(page.get_by_role("checkbox").nth(3)).to_be_visible()
    for box in (await page.get_by_role("checkbox").all())[1:4]:
        await box.click()


async def run_all(page: Page, button: str) -> None:
    """A run by hand over all rows of the table."""
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name=button, exact=True).click()
    await expect(page.get_by_role("dialog").get_by_role("progressbar").first).to_be_visible()


async def open_run(page: Page) -> None:
    """The dialog of the one run in the tray."""
    await page.get_by_role("button", name="1 run").click()
    await page.get_by_role("dialog").get_by_role("button").first.click()
    await expect(page.get_by_role("list", name="Steps so far")).to_be_visible()


async def first_row(page: Page) -> None:
    """The first row, opened by its name."""
    await page.get_by_role("row").nth(1).get_by_role("link").first.click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def pause(page: Page) -> None:
    """Pause the run that is shown, and say yes."""
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_role("button", name="Pause the run").click()
    await expect(page.get_by_role("button", name="Resume")).to_be_visible()
