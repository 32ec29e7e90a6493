"""The way in: a sign-in link leads to the keywords, whose rows follow what happens."""

from uuid import UUID

from playwright.async_api import Page, expect

from piccolo_conf import DB
from pipeline import events


async def test_a_sign_in_link_leads_to_the_keywords(page: Page, keywords: list[UUID]) -> None:
    await page.reload()
    await expect(page.get_by_role("heading", name="Keywords")).to_be_visible()
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    await expect(page.get_by_text("10,000 credits")).to_be_visible()
    assert "token" not in page.url


async def test_an_account_without_keywords_is_told_how_to_begin(page: Page) -> None:
    await expect(page.get_by_role("heading", name="No keywords yet")).to_be_visible()


async def test_a_changed_row_shows_without_a_reload(
    page: Page, account: UUID, keywords: list[UUID]
) -> None:
    await page.reload()
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    async with DB.connection() as connection:
        await connection.execute(
            "update keyword set text = 'white tea' where id = $1", keywords[-1]
        )
    await events.rows_changed(account, "keyword", [keywords[-1]])
    await expect(page.get_by_role("row", name="white tea")).to_be_visible()


async def test_a_range_is_chosen_by_shift_and_all_by_the_bar(
    page: Page, keywords: list[UUID]
) -> None:
    await page.reload()
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_label("Select green tea 46", exact=True).click(modifiers=["Shift"])
    bar = page.get_by_role("region", name="Selection")
    await expect(bar).to_contain_text("5 keywords selected")
    await bar.get_by_role("button", name="Select all 50 matching").click()
    await expect(bar).to_contain_text("50 keywords selected")


async def test_the_filters_stand_in_the_address(page: Page, keywords: list[UUID]) -> None:
    await page.reload()
    await page.get_by_label("Search keywords").fill("tea 7")
    await expect(page.get_by_role("row", name="green tea 7", exact=False)).to_have_count(1)
    await page.wait_for_url("**/keywords?q=tea+7")
    await page.reload()
    await expect(page.get_by_role("row", name="green tea 7")).to_be_visible()
    await expect(page.get_by_role("row", name="green tea 50")).to_have_count(0)


async def test_rows_that_changed_order_stay_where_they_are_until_that_is_wished(
    page: Page, account: UUID, keywords: list[UUID]
) -> None:
    await page.goto(page.url.split("?")[0] + "?sort=-volume")
    first = page.locator("[role=row][aria-rowindex='2']")
    await expect(first).to_contain_text("green tea 50")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    async with DB.connection() as connection:
        await connection.execute(
            "update keyword set volume = volume + 9000 where id = any($1)", keywords[:2]
        )
    await events.rows_changed(account, "keyword", keywords[:2])
    notice = page.get_by_role("status").filter(has_text="2 rows changed order")
    await expect(notice).to_be_visible()
    await expect(first).to_contain_text("green tea 50")
    await notice.get_by_role("button", name="refresh").click()
    await expect(first).to_contain_text("green tea 2")
    await expect(notice).to_have_count(0)
