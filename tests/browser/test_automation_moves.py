"""Steering a run in the wizard: pause and resume, cancel, an item that fails and its retry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from piccolo_conf import DB
from tests.browser.automation import LONG, add_clusters, begin, give, set_up, value
from tests.browser.axe import violations_in_both_schemes
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]


async def test_a_run_paused_at_its_tasks_goes_on_from_there(
    page: Page, account: UUID, demo: Demo
) -> None:
    await add_clusters(account, 6)
    await set_up(page, first=2, last=4)
    async with tasks_held():
        run = await begin(page)
        await run.completed(2, "Clusters loaded 6 · Ideas created 6")
        await run.choose(3)
        await run.shows(pending=0, processing=6, completed=0, failed=0)
        await page.get_by_role("button", name="Pause").click()
        question = page.get_by_role("dialog", name="Pause this run?")
        await expect(question).to_contain_text("What is at work now (6 items) is finished and")
        assert await violations_in_both_schemes(page) == []
        await question.get_by_role("button", name="Pause the run").click()
        await expect(run.outcome).to_contain_text("Paused")
        await expect(page.get_by_test_id("in-flight")).to_contain_text("6 items at work")
    await run.shows(pending=0, processing=0, completed=6, failed=0)
    await page.reload()
    await run.shows(pending=0, processing=0, completed=6, failed=0)
    await expect(page.get_by_test_id("in-flight")).to_contain_text("Nothing is at work.")
    await expect(run.card(4)).to_contain_text("Not started")
    await page.get_by_role("button", name="Resume").click()
    await run.completed(3, "Ideas loaded 6 · Tasks created 6")
    await expect(run.outcome).to_contain_text("6 articles drafted", timeout=LONG)
    assert await value("select max(attempts) from run_item") == 1


@asynccontextmanager
async def tasks_held() -> AsyncIterator[None]:
    """No task can be saved meanwhile: stage 3, which asks no AI, stands still."""
    async with DB.transaction() as transaction:
        await transaction.connection.execute("lock table task in share mode")
        yield


async def test_a_run_cancelled_while_it_writes_says_what_it_stopped(
    page: Page, account: UUID, demo: Demo
) -> None:
    await add_clusters(account, 3)
    await demo.hold('"Article"')
    await set_up(page, first=2)
    run = await begin(page)
    await expect(run.card(3)).to_contain_text("Completed", timeout=LONG)
    await run.choose(4)
    await run.shows(processing=3)
    await page.get_by_role("button", name="Cancel").click()
    question = page.get_by_role("dialog", name="Cancel this run?")
    await expect(question).to_contain_text("A cancelled run cannot be resumed.")
    await question.get_by_role("button", name="Cancel the run").click()
    await expect(run.receipt).to_contain_text("3 items cancelled · 6 completed and kept")
    await expect(run.receipt).to_contain_text("9 credits came back")
    await expect(run.outcome).to_have_text("Cancelled during content: 0 of 3 tasks completed")
    await run.shows(processing=0, cancelled=3)
    await expect(run.card(4)).to_contain_text("Cancelled")
    await expect(page.get_by_role("button", name="Resume")).to_have_count(0)


async def test_a_failed_item_says_why_and_its_retry_completes_what_follows(
    page: Page, account: UUID, demo: Demo
) -> None:
    names = await add_clusters(account, 4)
    for name in names[1:]:
        await demo.fault("policy", match=name, count=1)
    await set_up(page, first=2)
    run = await begin(page)
    await run.choose(2)
    await run.shows(completed=1, failed=3)
    failed = run.lane("failed").get_by_role("listitem").filter(has_text=names[1])
    await expect(failed).to_contain_text("The AI service declined this item:")
    await expect(failed.get_by_role("link", name="Edit item")).to_be_visible()
    await run.says(2, "Generated 1 content idea for 1 of 4 clusters, 3 failed")
    await expect(page.get_by_test_id("percentage")).to_have_text("100%", timeout=LONG)
    assert await violations_in_both_schemes(page) == []
    await failed.get_by_role("button", name=f"Retry {names[1]}").click()
    await expect(run.receipt).to_contain_text("1 item retried, 0 skipped")
    await run.shows(failed=2)
    await run.lane("failed").get_by_label(f"Select {names[2]}").check()
    await page.get_by_role("button", name="Retry selected (1)").click()
    await run.shows(failed=1)
    await page.get_by_role("button", name="Retry all failed (1)").click()
    await run.completed(7, await reviewed_of(page, 4))
    await run.says(2, "Generated 4 content ideas for 4 clusters")
    await run.shows(completed=4, failed=0)


async def test_a_run_without_credits_stops_with_the_way_to_buy_some_and_resumes(
    page: Page, account: UUID, demo: Demo
) -> None:
    await add_clusters(account, 3)
    await give(account, 10 - 10_000)
    await set_up(page, first=2, last=4)
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate.get_by_test_id("credits")).to_have_text("about 15")
    await expect(estimate).to_contain_text("The balance does not cover all of it.")
    buy = estimate.get_by_role("link", name="Purchase Credits")
    await expect(buy).to_have_attribute("href", "/credits")
    await begin(page)
    failed = page.get_by_role("alert").filter(has_text="Not enough credits. You need 9 credits.")
    await expect(failed).to_contain_text("Stopped in Content", timeout=LONG)
    await expect(failed.get_by_role("link", name="Purchase Credits")).to_be_visible()
    await page.get_by_role("link", name="All runs").click()
    await page.get_by_role("region", name="Runs").get_by_label("Status").select_option("failed")
    await (
        page.get_by_role("listitem")
        .filter(has_text="Not enough credits")
        .get_by_role("link")
        .click()
    )
    await give(account, 100)
    await failed.get_by_role("button", name="Resume").click()
    await expect(page.get_by_test_id("outcome")).to_contain_text("3 articles drafted", timeout=LONG)


async def reviewed_of(page: Page, count: int) -> str:
    """What the card of the review says once so many articles are reviewed."""
    card = page.locator("[data-stage='7']")
    await expect(card).to_contain_text(f"Articles loaded {count}", timeout=LONG)
    await expect(card).to_contain_text("Completed", timeout=LONG)
    ready = await value("select count(*) from content where review ->> 'result' = 'ready'")
    return f"Articles loaded {count} · Ready to publish {ready} · Need attention {count - ready}"
