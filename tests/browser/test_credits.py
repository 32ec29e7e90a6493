"""The credits page: balance, prices, ledger, use per run, and the way on after a top-up."""

from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from api import people
from db.status import Role
from piccolo_conf import DB
from pipeline import credits
from tests.browser.conftest import NewContext, open_page
from tests.browser.test_progress_modal import cluster_all, spend
from tests.demo_control import Demo

RUN_TIME = 60_000


async def open_credits(page: Page) -> None:
    await page.get_by_role("link", name="Credits", exact=True).click()
    await expect(page.get_by_role("heading", name="Credits", exact=True)).to_be_visible()


async def add(page: Page, amount: str, words: str) -> None:
    """Fill in the form and agree."""
    await page.get_by_role("textbox", name="Credits", exact=True).fill(amount)
    await page.get_by_role("button", name="Add credits", exact=True).click()
    question = page.get_by_role("dialog", name=f"Add {words}?")
    await question.get_by_role("button", name=f"Add {words}").click()


def line(page: Page, text: str) -> Locator:
    return page.get_by_role("table", name="Ledger").get_by_role("row").filter(has_text=text)


async def test_balance_and_prices_are_shown_with_their_units(page: Page) -> None:
    await open_credits(page)
    await expect(page.get_by_test_id("To spend")).to_have_text("10,000")
    await expect(page.get_by_test_id("Held")).to_have_text("0")
    prices = page.get_by_role("table", name="Prices")
    await expect(prices.get_by_role("row", name="Cluster keywords")).to_contain_text(
        "1 credit per keyword"
    )
    await expect(prices.get_by_role("row", name="Generate images", exact=False)).to_contain_text(
        "2 credits per image"
    )


async def test_an_administrator_adds_credits_after_a_question(page: Page, account: UUID) -> None:
    await open_credits(page)
    await page.get_by_label("Note in the ledger").fill("for March")
    await add(page, "250", "250 credits")
    await expect(page.get_by_test_id("To spend")).to_have_text("10,250")
    await expect(line(page, "for March")).to_contain_text("+250")
    assert await credits.balance(account) == 10_250


async def test_the_ledger_is_filtered_by_kind_in_the_address(page: Page) -> None:
    await open_credits(page)
    await expect(line(page, "Added")).to_have_count(1)
    await page.get_by_label("Kind").select_option("charge")
    await page.wait_for_url("**/credits?kind=charge")
    await expect(page.get_by_text("No entries match.")).to_be_visible()


async def test_the_ledger_is_read_page_by_page(page: Page, account: UUID) -> None:
    for amount in range(1, 60):
        await credits.top_up(account, amount, "one of many")
    await open_credits(page)
    rows = page.get_by_role("table", name="Ledger").get_by_role("row")
    await expect(rows).to_have_count(51)
    await page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(61)


async def test_a_member_is_told_whom_to_ask(
    new_context: NewContext, site: str, account: UUID, sign_in_link: str
) -> None:
    async with DB.connection() as connection:
        user = await people.add_user(connection, account, "reader@example.com", Role.MEMBER, "")
        path, _ = await people.add_link(connection, user, people.INVITATION)
    page = await open_page(await new_context(), site + path)
    await open_credits(page)
    await expect(page.get_by_text("Ask an administrator of Test to add credits.")).to_be_visible()
    await expect(page.get_by_label("Note in the ledger")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.usefixtures("workers")
async def test_missing_credits_are_added_and_the_run_goes_on(
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
    await add(page, "100", "100 credits")
    await page.get_by_role("button", name="Back to it").click()
    await dialog.get_by_role("button", name="Resume").click()
    await expect(dialog.get_by_test_id("outcome")).to_contain_text(
        "50 keywords mapped into", timeout=RUN_TIME
    )
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_test_id("To spend")).to_have_text("70")
    use = page.get_by_role("table", name="Use per run").get_by_role("row", name="Cluster keywords")
    await expect(use).to_contain_text("50")
    await page.get_by_role("button", name="Ledger of Cluster keywords").click()
    await expect(line(page, "green tea 50")).to_contain_text("−1")
