"""The way from the sign-in to clustered keywords without a mouse, and motion that is unwanted."""

from uuid import UUID

import pytest
from playwright.async_api import FilePayload, Locator, Page, expect

from api import passwords
from piccolo_conf import DB
from tests.browser.conftest import NewContext, open_page
from tests.demo_control import Demo

PASSWORD = "a long green sentence"
RUN_TIME = 60_000
FAR = 60
"""Presses of Tab after which something counts as out of reach."""


async def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until the target has the focus."""
    await expect(target).to_be_visible()
    for _ in range(FAR):
        if await target.evaluate("element => element === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


async def press(page: Page, target: Locator) -> None:
    """Presses a button as one does by keyboard."""
    await tab_to(page, target)
    await page.keyboard.press("Enter")


async def test_signing_in_needs_no_mouse(
    new_context: NewContext, site: str, sign_in_link: str
) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            "update app_user set password_hash = $1", await passwords.hash_password(PASSWORD)
        )
    page = await (await new_context()).new_page()
    await page.goto(f"{site}/sign-in")
    await tab_to(page, page.locator("input[name=email]"))
    await page.keyboard.type("writer@example.com")
    await tab_to(page, page.locator("input[name=password]"))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Keywords", exact=True)).to_be_visible()


@pytest.mark.slow
@pytest.mark.usefixtures("workers")
async def test_keywords_are_imported_and_clustered_without_a_mouse(page: Page, demo: Demo) -> None:
    await press(page, page.get_by_role("button", name="Import", exact=True).first)
    dialog = page.get_by_role("dialog", name="Import keywords")
    file: FilePayload = {
        "name": "list.csv",
        "mimeType": "text/csv",
        "buffer": b"keyword,volume\ngreen tea,90\nwhite tea,80\nblack tea,70\n",
    }
    async with page.expect_file_chooser() as chooser:
        await press(page, dialog.get_by_role("button", name="File"))
    await (await chooser.value).set_files(file)
    await press(page, dialog.get_by_role("button", name="Import 3 keywords"))
    await press(page, dialog.get_by_role("button", name="Done"))
    await expect(dialog).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="white tea")
    await tab_to(page, page.locator("[role=row][data-body][tabindex='0']"))
    await page.keyboard.press("Control+a")
    await expect(page.get_by_role("region", name="Selection")).to_contain_text("3 keywords")
    await press(page, page.get_by_role("button", name="Cluster keywords"))
    run = page.get_by_role("dialog", name="Clustering 3 keywords")
    await expect(run.get_by_test_id("outcome")).to_contain_text(
        "3 keywords mapped into", timeout=RUN_TIME
    )
    await page.keyboard.press("Escape")
    await expect(run).to_have_count(0)
    await expect(row).to_contain_text("Completed")


MOVING = """() => document.getAnimations({subtree: true}).filter(each =>
    each.playState === 'running' && (each.effect.getTiming().iterations === Infinity
    || each.effect.getComputedTiming().activeDuration > 100)).length"""


@pytest.mark.slow
@pytest.mark.usefixtures("workers")
@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
async def test_what_moves_during_a_run_stands_still_where_that_is_wished(
    new_context: NewContext, sign_in_link: str, keywords: list[UUID], demo: Demo, wish: str
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
