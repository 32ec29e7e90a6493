"""The dialog of a run by hand: what it shows while it goes, when it ends, and when it fails."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from piccolo_conf import DB
from tests.browser.automation import add_clusters
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]


CHAT = "messages"
"""In the body of every question to the text model, and of no other call."""


def tray(page: Page) -> Locator:
    """The button that lists what runs."""
    return page.get_by_role("button", name=re.compile(r"^\d+ runs?$"))


async def cluster_all(page: Page) -> None:
    await page.reload()
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Cluster keywords").click()


async def test_fifty_keywords_are_clustered_in_sight(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    await cluster_all(page)
    dialog = page.get_by_role("dialog", name="Clustering 50 keywords")
    await expect(dialog).to_be_visible()
    message = dialog.get_by_test_id("message")
    await expect(message).to_have_text("Analyzing keyword relationships (0/50)")
    bar = dialog.get_by_role("progressbar")
    shown = float(await bar.get_attribute("aria-valuenow") or 0)
    assert 20 <= shown < 80
    await expect(bar).to_have_attribute(
        "aria-valuetext", f"{shown:.0f}%: {await message.text_content()}"
    )
    await expect(dialog.get_by_role("list", name="Steps so far")).to_contain_text(
        "Loading 50 keywords for clustering"
    )
    await demo.hold(CHAT, False)
    outcome = dialog.get_by_test_id("outcome")
    await expect(outcome).to_contain_text("50 keywords mapped into")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("row", name="green tea 50")).to_contain_text("Completed")


async def test_a_run_can_be_cancelled_after_a_question(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    await cluster_all(page)
    dialog = page.get_by_role("dialog", name="Clustering 50 keywords")
    await dialog.get_by_role("button", name="Cancel the run").click()
    question = page.get_by_role("dialog", name="Cancel this run?")
    await question.get_by_role("button", name="Cancel the run").click()
    await expect(dialog.get_by_test_id("outcome")).to_contain_text("Cancelled during clustering")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("row", name="green tea 50")).to_contain_text("Cancelled")


async def test_the_end_of_a_run_is_told_while_its_dialog_is_closed(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    await cluster_all(page)
    dialog = page.get_by_role("dialog", name="Clustering 50 keywords")
    await expect(dialog.get_by_test_id("message")).to_contain_text("Analyzing")
    await dialog.get_by_role("button", name="Close and go on").click()
    await expect(page.get_by_role("button", name="1 run")).to_be_visible()
    await demo.hold(CHAT, False)
    notice = page.get_by_role("status").filter(has=page.get_by_role("button", name="Show"))
    await expect(notice).to_contain_text("50 keywords mapped")
    covered, free = await notice.bounding_box(), await tray(page).bounding_box()
    assert covered
    assert free
    assert covered["x"] + covered["width"] <= free["x"]  # what runs can be opened meanwhile
    await expect(page.get_by_role("row", name="green tea 50")).to_contain_text("Completed")


async def test_without_credits_the_way_to_buy_some_is_shown_and_resume_is_kept(
    page: Page, account: UUID, keywords: list[UUID], demo: Demo
) -> None:
    await spend(account, 9_980)
    await cluster_all(page)
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("alert")).to_contain_text(
        "Not enough credits. You need 50 credits."
    )
    await dialog.get_by_role("link", name="Purchase Credits").click()
    await page.wait_for_url("**/credits")
    await spend(account, -9_980)
    await page.get_by_role("button", name="Back to it").click()
    await dialog.get_by_role("button", name="Resume").click()
    await expect(dialog.get_by_test_id("outcome")).to_contain_text("50 keywords mapped into")


async def spend(account: UUID, amount: int) -> None:
    async with DB.transaction() as transaction:
        await transaction.connection.execute(
            "update account set balance = balance - $2 where id = $1", account, amount
        )
        await transaction.connection.execute(
            "insert into credit_entry (account_id, kind, amount, note)"
            " values ($1, 'top_up', $2, 'for the test')",
            account,
            -amount,
        )


async def ideas_of_which_some_fail(
    page: Page, site: str, account: UUID, demo: Demo
) -> tuple[Locator, list[str]]:
    """The dialog of a run over four clusters, ended, of which the last two failed; their names."""
    names = await add_clusters(account, 4)
    for name in names[2:]:
        await demo.fault("policy", match=name, count=1)
    await page.goto(f"{site}/clusters")
    await expect(page.get_by_role("row").filter(has_text=names[0])).to_be_visible()
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Generate ideas").click()
    dialog = page.get_by_role("dialog", name="Generating ideas for 4 clusters")
    await expect(dialog.get_by_test_id("outcome")).to_contain_text("2 of 4 clusters, 2 failed")
    return dialog, names[2:]


async def test_failed_items_of_a_completed_run_say_why_and_are_retried(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    dialog, names = await ideas_of_which_some_fail(page, site, account, demo)
    failed = dialog.get_by_role("list", name="Failed").get_by_role("listitem")
    await expect(failed).to_have_count(2)
    for name in names:
        await expect(failed.filter(has_text=name)).to_contain_text(
            "The AI service declined this item:"
        )
    await dialog.get_by_role("button", name=f"Retry {names[0]}").click()
    await expect(dialog.get_by_test_id("outcome")).to_contain_text("3 of 4 clusters, 1 failed")
    await dialog.get_by_role("button", name="Retry all failed (1)").click()
    await expect(dialog.get_by_test_id("outcome")).to_contain_text("for 4 clusters")
    await expect(failed).to_have_count(0)


async def test_a_failed_item_of_a_completed_run_leads_to_its_row(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    dialog, names = await ideas_of_which_some_fail(page, site, account, demo)
    failed = dialog.get_by_role("listitem").filter(has_text=names[0])
    await failed.get_by_role("link", name="Edit item").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("textbox", name="Name")).to_have_value(names[0])
