"""Runs without a mouse: import and cluster by hand; set up, start, pause, resume in the wizard."""

from uuid import UUID

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.automation import LONG, RunPage, add_clusters
from tests.browser.keyboard import fill, first_row, press, tab_to, walk
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

CHAT = "messages"
"""In the body of every question to the text model, and of no other call."""


async def test_keywords_are_imported_and_clustered(page: Page, demo: Demo) -> None:
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
    await expect(page.get_by_role("row").filter(has_text="white tea")).to_be_visible()
    await first_row(page)
    await page.keyboard.press("Control+a")
    await expect(page.get_by_role("region", name="Selection")).to_contain_text("3 keywords")
    await press(page, page.get_by_role("button", name="Cluster keywords"))
    run = page.get_by_role("dialog", name="Clustering 3 keywords")
    await expect(run.get_by_test_id("outcome")).to_contain_text(
        "3 keywords mapped into", timeout=LONG
    )
    await expect(run.locator(":focus")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(run).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="white tea")
    await expect(row).to_contain_text("Completed")


async def test_a_run_by_hand_is_cancelled_and_the_focus_comes_back(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    await page.reload()
    await first_row(page)
    await page.keyboard.press(" ")
    opener = page.get_by_role("button", name="Cluster keywords")
    await press(page, opener)
    dialog = page.get_by_role("dialog", name="Clustering 1 keyword")
    await expect(dialog.get_by_test_id("message")).to_contain_text("Analyzing")
    walked = await walk(page, "[role=dialog]")
    assert walked.outside == walked.missed == walked.unseen == []
    await press(page, dialog.get_by_role("button", name="Cancel the run"))
    question = page.get_by_role("dialog", name="Cancel this run?")
    await expect(question.locator(":focus")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Cancel the run")).to_be_focused()
    await page.keyboard.press("Enter")
    await press(page, question.get_by_role("button", name="Cancel the run"))
    await expect(dialog.get_by_test_id("outcome")).to_contain_text("Cancelled during clustering")
    await expect(dialog.locator(":focus")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_a_run_is_set_up_started_paused_and_resumed(
    page: Page, account: UUID, demo: Demo
) -> None:
    names = await add_clusters(account, 3)
    await demo.hold(names[0])
    await press(page, page.get_by_role("link", name="Automation"))
    await choose_by_keys(page)
    await press(page, page.get_by_role("button", name="Start the run"))
    await page.wait_for_url("**/automation/*")
    await expect(page.get_by_role("list", name="Stages")).to_be_visible()
    run = RunPage(page)
    await press(page, run.card(2), " ")
    await run.shows(pending=0, processing=1, completed=2, failed=0)
    walked = await walk(page)
    assert walked.missed == walked.unseen == []
    await press(page, page.get_by_role("button", name="Pause"))
    question = page.get_by_role("dialog", name="Pause this run?")
    await expect(question.locator(":focus")).to_have_count(1)
    await press(page, question.get_by_role("button", name="Pause the run"))
    await expect(run.outcome).to_contain_text("Paused")
    resume = page.get_by_role("button", name="Resume")
    await expect(resume).to_be_focused()
    await demo.hold('"Article"')
    await demo.hold(names[0], False)
    await run.shows(processing=0, completed=3)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Pause")).to_be_focused()
    await demo.hold('"Article"', False)
    await expect(run.outcome).to_contain_text("3 articles drafted", timeout=LONG)
    await tab_to(page, page.get_by_role("link", name="All runs"))


async def choose_by_keys(page: Page) -> None:
    """Stages 2 to 4 in flow order, one short article for each cluster."""
    for label, choice in (("First stage", "2"), ("Last stage", "4")):
        select = page.get_by_label(label)
        await tab_to(page, select)
        await page.keyboard.type(choice)
        await expect(select).to_have_value(choice)
    await tab_to(page, page.get_by_label("Stage by stage"))
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Flow")).to_be_checked()
    await fill(page, page.get_by_label("Ideas per cluster"), "1")
    await fill(page, page.get_by_label("Words per article"), "300")
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate.get_by_role("row", name="2. Ideas")).to_contain_text("3")
