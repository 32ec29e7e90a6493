"""Every page without a mouse, with the focus in sight; what moves stands still where wished."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from api import passwords
from piccolo_conf import DB
from tests.api import planner
from tests.browser.conftest import NewContext, open_page
from tests.browser.keyboard import fill, press, tab_to, walk
from tests.browser.test_accessibility import PAGES
from tests.browser.writer import add_prompts, add_task, add_text
from tests.demo_control import Demo

PASSWORD = "a long green sentence"


@pytest.fixture
async def rows(account: UUID, keywords: list[UUID]) -> None:
    """Something in each of the tables."""
    cluster = await planner.cluster(account, "Green tea")
    await planner.idea(account, cluster, "How to brew green tea")
    await add_task(account, "How to grow basil")
    await add_prompts(account, await add_text(account))


async def test_signing_in_needs_no_mouse(
    new_context: NewContext, site: str, sign_in_link: str
) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            "update app_user set password_hash = $1", await passwords.hash_password(PASSWORD)
        )
    page = await (await new_context()).new_page()
    await page.goto(f"{site}/sign-in")
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    walked = await walk(page)
    assert walked.missed == walked.unseen == []
    await fill(page, page.locator("input[name=email]"), "writer@example.com")
    await fill(page, page.locator("input[name=password]"), PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Keywords", exact=True)).to_be_visible()


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", PAGES)
async def test_all_of_a_page_is_reached_by_tab_and_the_focus_is_seen(
    page: Page, site: str, name: str
) -> None:
    await page.goto(f"{site}/{name}")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.locator(".mantine-Skeleton-root, [aria-busy=true]")).to_have_count(0)
    walked = await walk(page)
    assert walked.reached[0] == "Skip to the page"
    assert walked.missed == []
    assert walked.unseen == []


async def test_every_page_is_opened_from_the_navigation(page: Page) -> None:
    for name in PAGES:
        link = page.get_by_role("navigation").get_by_role("link", name=name.title(), exact=True)
        await press(page, link)
        await expect(page.get_by_role("heading", level=1, name=name.title())).to_be_visible()
        await expect(link).to_have_attribute("aria-current", "page")


async def test_the_navigation_can_be_skipped(page: Page) -> None:
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await press(page, page.get_by_role("link", name="Skip to the page"))
    await page.keyboard.press("Tab")
    add = page.get_by_role("button", name="Add keyword")
    await expect(add).to_be_focused()


@pytest.mark.usefixtures("keywords")
async def test_rows_are_chosen_by_keys(page: Page) -> None:
    await page.reload()
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    await page.keyboard.press("/")
    search = page.get_by_label("Search keywords")
    await expect(search).to_be_focused()
    await tab_to(page, page.locator("[role=row][data-body][tabindex='0']"))
    bar = page.get_by_role("region", name="Selection")
    focused = page.locator("[role=row]:focus-visible")
    await expect(focused).to_contain_text("green tea 50")
    await page.keyboard.press(" ")
    await expect(bar).to_contain_text("1 keyword selected")
    await page.keyboard.press("Shift+ArrowDown")
    await page.keyboard.press("Shift+ArrowDown")
    await expect(bar).to_contain_text("3 keywords selected")
    await expect(focused).to_contain_text("green tea 48")
    await page.keyboard.press("End")
    await expect(focused).to_contain_text("green tea 1")
    await page.keyboard.press("PageUp")
    await expect(focused).to_contain_text("green tea 11")
    await page.keyboard.press("Control+a")
    await expect(bar).to_contain_text("50 keywords selected")
    await page.keyboard.press("Escape")
    await expect(bar).to_have_count(0)
    await expect(focused).to_contain_text("green tea 11")


MOVING = """() => document.getAnimations({subtree: true}).filter(each =>
    each.playState === 'running' && (each.effect.getTiming().iterations === Infinity
    || each.effect.getComputedTiming().activeDuration > 100)).length"""


@pytest.mark.slow
@pytest.mark.usefixtures("workers", "keywords")
@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
async def test_what_moves_during_a_run_stands_still_where_that_is_wished(
    new_context: NewContext, sign_in_link: str, demo: Demo, wish: str
) -> None:
    page = await open_page(await new_context(reduced_motion=wish), sign_in_link)
    await demo.hold("messages")
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_role("button", name="Cluster keywords").click()
    dialog = page.get_by_role("dialog", name="Clustering 1 keyword")
    await expect(dialog.get_by_test_id("message")).to_contain_text("Analyzing")
    await dialog.get_by_role("button", name="Close and go on").click()
    await expect(page.get_by_role("row", name="green tea 50")).to_contain_text("Processing")
    if wish == "reduce":
        assert await page.evaluate(MOVING) == 0
    else:
        assert await page.evaluate(MOVING) > 0
