"""Importing a file of keywords: what it would do is shown, its columns can be chosen anew."""

from pathlib import Path

from playwright.async_api import FilePayload, Locator, Page, expect

from tests.browser.axe import violations_in_both_schemes

EXPORTS = Path(__file__).parents[1] / "importing" / "exports"


def csv(*lines: str) -> FilePayload:
    return {"name": "list.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


async def choose(page: Page, file: FilePayload | Path) -> Locator:
    """Opens the dialog and chooses the file in it."""
    await page.get_by_role("button", name="Import", exact=True).click()
    dialog = page.get_by_role("dialog", name="Import keywords")
    async with page.expect_file_chooser() as chooser:
        await dialog.get_by_role("button", name="File").click()
    await (await chooser.value).set_files(file)
    return dialog


async def test_a_file_is_looked_at_before_it_is_imported(page: Page) -> None:
    dialog = await choose(page, csv("keyword,volume", "oolong,90", ",12", "oolong,80", "sencha,x"))
    counts = dialog.get_by_test_id("counts")
    await expect(counts).to_contain_text("2 new")
    await expect(counts).to_contain_text("1 double in the file")
    await expect(counts).to_contain_text("1 rejected")
    await expect(dialog.get_by_test_id("read-as")).to_contain_text("columns split by comma")
    rejected = dialog.get_by_role("table", name="1 row left out")
    await expect(rejected.get_by_role("row")).to_contain_text("Line 3")
    await expect(dialog.get_by_role("table", name="First rows")).to_contain_text("oolong")
    assert await violations_in_both_schemes(page) == []
    await dialog.get_by_role("button", name="Import 2 keywords").click()
    await expect(dialog.get_by_role("status")).to_have_text("Import finished")
    await expect(counts).to_contain_text("2 added")
    await dialog.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("row").filter(has_text="oolong")).to_contain_text("90")
    await expect(page.get_by_role("row").filter(has_text="sencha")).to_be_visible()


async def test_the_tool_whose_export_it_is_is_named(page: Page) -> None:
    dialog = await choose(page, EXPORTS / "semrush_keyword_magic.csv")
    await expect(dialog.get_by_test_id("read-as")).to_contain_text("Export of Semrush")


async def test_columns_that_are_not_understood_can_be_chosen(page: Page) -> None:
    dialog = await choose(page, csv("Suchwort,Menge", "oolong,90", "sencha,70"))
    await expect(dialog.get_by_role("alert")).to_have_text(
        "Choose the column that holds the keywords."
    )
    await expect(dialog.get_by_role("button", name="Import 0 keywords")).to_be_disabled()
    await dialog.get_by_label("Keyword").select_option(label="Suchwort")
    await dialog.get_by_label("Volume").select_option(label="Menge")
    sample = dialog.get_by_role("table", name="First rows")
    await expect(sample.get_by_role("row", name="2 oolong 90")).to_be_visible()
    await dialog.get_by_role("button", name="Import 2 keywords").click()
    await expect(dialog.get_by_test_id("counts")).to_contain_text("2 added")


async def test_a_file_that_cannot_be_read_says_why(page: Page) -> None:
    file: FilePayload = {"name": "a.csv", "mimeType": "text/csv", "buffer": b""}
    dialog = await choose(page, file)
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Import 0 keywords")).to_be_disabled()
