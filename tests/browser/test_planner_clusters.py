"""Clusters by hand: open and change one, move keywords in and out, merge, delete."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.api import planner
from tests.browser.axe import violations_in_both_schemes


@pytest.fixture
async def tea(account: UUID) -> UUID:
    """The cluster "Green tea" with one keyword; another keyword is in no cluster."""
    cluster = await planner.cluster(account, "Green tea")
    await planner.keyword(account, "green tea", cluster)
    await planner.keyword(account, "matcha")
    return cluster


async def test_a_cluster_is_opened_by_its_link_renamed_and_locked(
    page: Page, site: str, tea: UUID
) -> None:
    await page.goto(f"{site}/clusters?id={tea}")
    drawer = page.get_by_role("dialog", name="Cluster")
    await expect(drawer.get_by_label("green tea", exact=True)).to_be_visible()
    assert await violations_in_both_schemes(page) == []
    await drawer.get_by_label("Name").fill("Teas that are green")
    await drawer.get_by_role("switch").check(force=True)
    await drawer.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status").filter(has_text="Cluster saved")).to_be_visible()
    await drawer.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("row", name="Teas that are green")).to_contain_text("Locked")


async def test_keywords_move_into_a_cluster_and_out_of_it(page: Page, site: str, tea: UUID) -> None:
    await page.goto(f"{site}/clusters?id={tea}")
    inside = page.get_by_role("region", name="Keywords of this cluster")
    await inside.get_by_role("combobox", name="Add keywords without a cluster").fill("mat")
    await page.get_by_role("option", name="matcha").click()
    await page.keyboard.press("Tab")  # the list of choices closes
    await inside.get_by_role("button", name="Add to this cluster").click()
    await expect(inside.get_by_role("heading")).to_have_text("2 keywords")
    await inside.get_by_label("green tea", exact=True).check()
    await inside.get_by_role("button", name="Move chosen").click()
    await page.get_by_role("button", name="Take out of their clusters").click()
    await expect(inside.get_by_role("heading")).to_have_text("1 keyword")
    await expect(inside.get_by_label("green tea", exact=True)).to_have_count(0)
    await expect(inside.get_by_label("matcha", exact=True)).to_be_visible()


async def test_a_merge_says_what_became_of_double_ideas(
    page: Page, site: str, account: UUID, tea: UUID
) -> None:
    other = await planner.cluster(account, "Tea that is green")
    await planner.keyword(account, "sencha", other)
    for cluster in (tea, other):
        await planner.idea(account, cluster, "How to brew green tea")
    await page.goto(f"{site}/clusters")
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Merge").click()
    dialog = page.get_by_role("dialog", name="Merge 2 clusters")
    await dialog.get_by_role("combobox", name="The cluster that stays").click()
    await page.get_by_role("option", name="Green tea", exact=True).click()
    await dialog.get_by_role("button", name="Merge clusters").click()
    receipt = page.get_by_role("dialog", name="Merged")
    await expect(receipt.get_by_role("status")).to_contain_text("1 merged into Green tea")
    await expect(receipt.get_by_role("list", name="Ideas of the same title")).to_contain_text(
        "“How to brew green tea” was there already: the second one is gone"
    )
    await receipt.get_by_role("button", name="Done").click()
    await expect(page.get_by_role("row", name="Tea that is green")).to_have_count(0)
    await expect(page.get_by_role("row", name="Select Green tea")).to_be_visible()


async def test_a_new_cluster_opens_for_its_keywords(page: Page, site: str) -> None:
    await page.goto(f"{site}/clusters")
    await expect(page.get_by_role("heading", name="No clusters yet")).to_be_visible()
    await page.get_by_role("button", name="Add cluster").click()
    dialog = page.get_by_role("dialog", name="Add a cluster")
    await dialog.get_by_label("Name").fill("White tea")
    await dialog.get_by_role("button", name="Add cluster").click()
    drawer = page.get_by_role("dialog", name="Cluster", exact=True)
    await expect(drawer).to_contain_text("No keywords here yet.")
