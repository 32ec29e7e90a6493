"""Keywords by hand: add, change while another person does, move, delete, and links to a row."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from piccolo_conf import DB
from pipeline import events
from tests.api import planner
from tests.browser.axe import violations_in_both_schemes


async def test_a_keyword_is_added_by_hand(page: Page) -> None:
    await page.get_by_role("button", name="Add keyword").click()
    dialog = page.get_by_role("dialog", name="Add a keyword")
    await dialog.get_by_label("Keyword").fill("oolong tea")
    await dialog.get_by_label("Searches a month").fill("1200")
    await dialog.get_by_role("button", name="Add keyword").click()
    await expect(page.get_by_role("row", name="oolong tea 1,200")).to_be_visible()


async def test_a_double_keyword_is_refused_in_the_dialog(page: Page, keywords: list[UUID]) -> None:
    await page.get_by_role("button", name="Add keyword").click()
    dialog = page.get_by_role("dialog", name="Add a keyword")
    await dialog.get_by_label("Keyword").fill("Green Tea 7")
    await dialog.get_by_role("button", name="Add keyword").click()
    await expect(dialog.get_by_role("alert")).to_contain_text(
        'You have the keyword "Green Tea 7" already.'
    )


async def test_a_link_opens_the_keyword_and_enter_does_too(
    page: Page, site: str, keywords: list[UUID]
) -> None:
    await page.goto(f"{site}/keywords?id={keywords[6]}")
    drawer = page.get_by_role("dialog", name="Keyword")
    await expect(drawer.get_by_role("textbox", name="Keyword", exact=True)).to_have_value(
        "green tea 7"
    )
    assert await violations_in_both_schemes(page) == []
    await page.keyboard.press("Escape")
    await expect(drawer).to_have_count(0)
    assert "id=" not in page.url
    await page.get_by_role("row", name="green tea 50").focus()
    await page.keyboard.press("Enter")
    await expect(drawer.get_by_role("textbox", name="Keyword", exact=True)).to_have_value(
        "green tea 50"
    )


@pytest.mark.parametrize("way", ["Load the new version", "Save mine over it"])
async def test_of_two_editors_the_second_is_told_and_chooses(
    page: Page, site: str, account: UUID, keywords: list[UUID], way: str
) -> None:
    await page.goto(f"{site}/keywords?id={keywords[6]}")
    drawer = page.get_by_role("dialog", name="Keyword")
    volume = drawer.get_by_label("Searches a month")
    await volume.fill("999")
    async with DB.connection() as connection:
        await connection.execute(
            "update keyword set volume = 555, difficulty = 12 where id = $1", keywords[6]
        )
    await events.rows_changed(account, "keyword", [keywords[6]])
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("alert")).to_contain_text("changed")
    await expect(volume).to_have_value("999")
    await expect(drawer.get_by_role("row", name="Searches a month 555 999")).to_be_visible()
    assert await violations_in_both_schemes(page) == []
    await drawer.get_by_role("button", name=way).click()
    if way == "Load the new version":
        await expect(volume).to_have_value("555")
        await expect(drawer.get_by_role("alert")).to_have_count(0)
        return
    await expect(drawer).to_have_count(0)
    saved = await planner.value(
        "select (volume, difficulty) from keyword where id = $1", keywords[6]
    )
    assert tuple(saved) == (999, 12)


async def test_who_changed_other_fields_is_told_that_both_changes_stay(
    page: Page, site: str, account: UUID, keywords: list[UUID]
) -> None:
    await page.goto(f"{site}/keywords?id={keywords[6]}")
    drawer = page.get_by_role("dialog", name="Keyword")
    await drawer.get_by_label("Searches a month").fill("999")
    async with DB.connection() as connection:
        await connection.execute("update keyword set difficulty = 12 where id = $1", keywords[6])
    await events.rows_changed(account, "keyword", [keywords[6]])
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("alert")).to_contain_text(
        "Other fields were changed than yours: saving yours keeps both."
    )
    await drawer.get_by_role("button", name="Save mine over it").click()
    await expect(drawer).to_have_count(0)
    saved = await planner.value(
        "select (volume, difficulty) from keyword where id = $1", keywords[6]
    )
    assert tuple(saved) == (999, 12)


async def test_chosen_keywords_move_into_a_cluster(
    page: Page, account: UUID, keywords: list[UUID]
) -> None:
    await planner.cluster(account, "Green tea")
    await page.reload()
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_label("Select green tea 49", exact=True).click()
    await page.get_by_role("button", name="Move", exact=True).click()
    dialog = page.get_by_role("dialog", name="Move 2 keywords")
    await dialog.get_by_role("combobox", name="To the cluster").fill("gre")
    await page.get_by_role("option", name="Green tea").click()
    await dialog.get_by_role("button", name="Move 2 keywords").click()
    await expect(page.get_by_role("status").filter(has_text="2 keywords moved")).to_be_visible()
    row = page.get_by_role("row").filter(has_text="green tea 50")
    await expect(row).to_contain_text("Green tea")


async def test_what_a_run_works_on_is_not_deleted_and_the_reason_is_told(
    page: Page, account: UUID, keywords: list[UUID]
) -> None:
    await planner.running(account, 1, keywords[-1])
    await page.reload()
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_label("Select green tea 49", exact=True).click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    question = page.get_by_role("dialog", name="Delete 2 keywords?")
    await question.get_by_role("button", name="Delete 2 keywords").click()
    await expect(page.get_by_role("status").filter(has_text="1 keyword deleted")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text(
        "1 keyword not deleted. A run that goes on is working on this keyword."
    )
    await expect(page.get_by_role("row", name="green tea 49")).to_have_count(0)
    await expect(page.get_by_role("region", name="Selection")).to_contain_text("1 keyword selected")


async def test_nothing_that_matches_is_told_from_nothing_at_all(
    page: Page, site: str, keywords: list[UUID]
) -> None:
    await page.goto(f"{site}/keywords?q=coffee")
    await expect(page.get_by_role("heading", name="No keywords match")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").last.click()
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
