"""Nothing that axe finds: every page, the sign-in page, and the dialog of a run."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import violations_in_both_schemes
from tests.browser.conftest import PHONE, NewContext
from tests.demo_control import Demo

PAGES = (
    "keywords",
    "clusters",
    "ideas",
    "tasks",
    "content",
    "images",
    "automation",
    "credits",
    "settings",
)


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_accessible(page: Page, keywords: list[UUID], site: str, name: str) -> None:
    await page.goto(f"{site}/{name}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    assert await violations_in_both_schemes(page) == []


async def test_the_sign_in_page_is_accessible(new_context: NewContext, site: str) -> None:
    page = await (await new_context(viewport=PHONE)).new_page()
    await page.goto(f"{site}/sign-in#token=wrong")
    await expect(page.get_by_role("alert")).to_contain_text("This sign-in link is not known")
    assert await violations_in_both_schemes(page) == []


@pytest.mark.slow
@pytest.mark.usefixtures("workers")
async def test_the_dialog_of_a_run_is_accessible(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await page.reload()
    await demo.hold("messages")
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_role("button", name="Cluster keywords").click()
    await expect(page.get_by_role("progressbar").first).to_be_visible()
    assert await violations_in_both_schemes(page) == []
