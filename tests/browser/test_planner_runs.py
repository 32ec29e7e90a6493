"""The planner's functions by hand, with the exact words a person sees, and mending bad data."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.api import planner
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

CHAT = "messages"
"""In the body of every question to the text model, and of no other call."""


async def test_fifty_chosen_keywords_are_clustered(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    await page.reload()
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Cluster keywords").click()
    dialog = page.get_by_role("dialog", name="Clustering 50 keywords")
    message = dialog.get_by_test_id("message")
    await expect(message).to_have_text("Analyzing keyword relationships (0/50)")
    steps = dialog.get_by_role("list", name="Steps so far")
    await expect(steps).to_contain_text("Loading 50 keywords for clustering")
    await demo.hold(CHAT, False)
    outcome = dialog.get_by_test_id("outcome")
    await expect(outcome).to_have_text(re.compile(r"^50 keywords mapped into \d+ clusters?$"))
    await expect(steps).to_contain_text(re.compile(r"Creating \d+ clusters?"))
    await expect(dialog.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "100")
    clusters = await planner.value("select count(*) from cluster")
    await expect(outcome).to_contain_text(f"into {clusters} cluster")


async def test_ideas_are_planned_for_three_clusters(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    for name in ("Green tea", "Herb garden", "Trail running"):
        cluster = await planner.cluster(account, name)
        await planner.keyword(account, f"{name.lower()} for beginners", cluster)
    await demo.hold(CHAT)
    await page.goto(f"{site}/clusters")
    await expect(page.get_by_role("row").filter(has_text="Herb garden")).to_be_visible()
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Generate ideas").click()
    dialog = page.get_by_role("dialog", name="Generating ideas for 3 clusters")
    await expect(dialog.get_by_test_id("message")).to_have_text(
        re.compile("^Generating ideas for cluster: (Green tea|Herb garden|Trail running)$")
    )
    steps = dialog.get_by_role("list", name="Steps so far")
    await expect(steps).to_contain_text("Preparing 3 clusters for idea generation")
    await demo.hold(CHAT, False)
    outcome = dialog.get_by_test_id("outcome")
    await expect(outcome).to_have_text("Generated 6 content ideas for 3 clusters")
    await expect(steps).to_contain_text("Created 2 content ideas")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="Herb garden")).to_contain_text("2")


async def test_an_idea_is_sent_to_the_writer(page: Page, site: str, account: UUID) -> None:
    cluster = await planner.cluster(account, "Green tea")
    await planner.idea(account, cluster, "How to brew green tea")
    await page.goto(f"{site}/ideas")
    await page.get_by_label("Select How to brew green tea").click()
    await page.get_by_role("button", name="Send to writer").click()
    dialog = page.get_by_role("dialog", name="Creating tasks from 1 idea")
    await expect(dialog.get_by_test_id("outcome")).to_have_text("1 task created from 1 idea")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("row", name="How to brew")).to_contain_text("Sent to writer")


async def test_invalid_data_names_field_and_row_and_leads_there(
    page: Page, site: str, account: UUID
) -> None:
    cluster = await planner.cluster(account, "Green tea")
    idea = await planner.idea(account, cluster, "How to brew green tea")
    await planner.value("update content_idea set outline = '[]' where id = $1", idea)
    await page.goto(f"{site}/ideas")
    await page.get_by_label("Select How to brew green tea").click()
    await page.get_by_role("button", name="Send to writer").click()
    alert = page.get_by_role("dialog").get_by_role("alert")
    await expect(alert).to_contain_text(
        'Invalid data: The idea "How to brew green tea" has no outline'
    )
    await alert.get_by_role("link", name="Fix Data").click()
    await page.wait_for_url(f"**/ideas?id={idea}")
    drawer = page.get_by_role("dialog", name="Idea")
    await drawer.get_by_role("button", name="Edit the plan").click()
    await drawer.get_by_role("button", name="Add a section").click()
    await drawer.get_by_label("Heading of section 1").fill("What it is")
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("list", name="Outline")).to_have_text("What it is")
    await drawer.get_by_role("button", name="Send to writer").click()
    await expect(page.get_by_test_id("outcome")).to_have_text("1 task created from 1 idea")
