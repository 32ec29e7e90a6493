"""What a run in the wizard is made of: keywords chosen by a filter, and nothing else."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from piccolo_conf import DB
from tests.browser.automation import LONG, begin, set_up, value
from tests.browser.conftest import add_keywords

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]


async def test_keywords_chosen_by_text_and_intent_are_the_ones_of_the_run(
    page: Page, account: UUID
) -> None:
    await add_keywords(account, 30)
    async with DB.connection() as connection:
        await connection.execute(
            "update keyword set intent = case when text like '%1%' then 'commercial'"
            " else 'informational' end where account_id = $1",
            account,
        )
    matching = "account_id = $1 and text like '%1%' and intent = 'commercial'"
    wanted = await value(f"select count(*) from keyword where {matching}", account)
    assert 1 < wanted < 30
    await set_up(page, last=1)
    await page.get_by_label("New keywords that match").check()
    await page.get_by_label("Text in the keyword").fill("1")
    await page.get_by_label("Intent").select_option("commercial")
    await expect(page.get_by_text(f"{wanted} new keywords match.")).to_be_visible()
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate.get_by_role("row", name="1. Clustering")).to_contain_text(str(wanted))
    await expect(estimate.get_by_test_id("credits")).to_have_text(str(wanted))
    run = await begin(page)
    await expect(run.outcome).to_contain_text(f"{wanted} keywords mapped into", timeout=LONG)
    of_run = f"id in (select item_id from run_item where account_id = $1) and {matching}"
    assert await value(f"select count(*) from keyword where {of_run}", account) == wanted
    assert await value("select count(*) from run_item where account_id = $1", account) == wanted


async def test_a_filter_that_nothing_matches_offers_no_start(page: Page, account: UUID) -> None:
    await add_keywords(account, 3)
    await set_up(page)
    await page.get_by_label("New keywords that match").check()
    await page.get_by_label("Text in the keyword").fill("zebra")
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate.get_by_role("button", name="Start the run")).to_be_disabled()
