"""The list of runs: all there were, by hand and of the automation, each with a page of its own."""

from uuid import UUID

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

RUN_TIME = 30_000
"""Milliseconds that a small run may take on a busy machine."""


async def test_a_run_by_hand_is_found_again_and_shows_its_queues(
    page: Page, site: str, keywords: list[UUID]
) -> None:
    await page.reload()
    await page.get_by_label("Select green tea 50", exact=True).click()
    await page.get_by_role("button", name="Cluster keywords").click()
    outcome = page.get_by_role("dialog").get_by_test_id("outcome")
    await expect(outcome).to_contain_text("1 keyword mapped into", timeout=RUN_TIME)
    await page.goto(f"{site}/automation?kind=automation")
    runs = page.get_by_role("region", name="Runs")
    await expect(runs).to_contain_text("No run is like that.")
    await runs.get_by_label("Started").select_option("By hand")
    await expect(runs.get_by_role("listitem")).to_contain_text("1 keyword mapped into")
    await runs.get_by_role("link", name="Clustering by hand").click()
    await expect(page.get_by_role("heading", name="Clustering 1 keyword")).to_be_visible()
    await expect(page.locator("[data-queue='completed']")).to_contain_text("green tea 50")
