"""At the width of a phone: nothing runs out of the window, and every page can be reached."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, NewContext, open_page
from tests.browser.test_accessibility import PAGES


@pytest.fixture
async def phone(new_context: NewContext, sign_in_link: str, keywords: list[UUID]) -> Page:
    """A signed-in page as wide as a phone, at the keywords."""
    return await open_page(await new_context(viewport=PHONE, has_touch=True), sign_in_link)


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_no_wider_than_a_phone(phone: Page, site: str, name: str) -> None:
    await phone.goto(f"{site}/{name}")
    await expect(phone.get_by_role("heading", level=1)).to_be_visible()
    await expect(phone.get_by_text("Live", exact=True)).to_be_visible()
    width = await phone.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


async def test_pages_are_opened_from_the_menu_and_the_menu_closes(phone: Page, site: str) -> None:
    link = phone.get_by_role("link", name="Automation")
    await expect(link).not_to_be_in_viewport()
    await phone.get_by_role("button", name="Open the navigation").click()
    await link.click()
    await phone.wait_for_url(f"{site}/automation")
    await expect(phone.get_by_role("heading", name="Automation", level=1)).to_be_visible()
    await expect(link).not_to_be_in_viewport()
