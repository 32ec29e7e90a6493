"""Ideas by hand: read one, change its outline while another person does, delete it."""

from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.api import planner
from tests.browser.axe import violations_in_both_schemes


@pytest.fixture
async def idea(account: UUID) -> UUID:
    """An idea whose outline has one section."""
    cluster = await planner.cluster(account, "Green tea")
    return await planner.idea(account, cluster, "How to brew green tea")


async def test_the_outline_is_read_and_changed(page: Page, site: str, idea: UUID) -> None:
    await page.goto(f"{site}/ideas?id={idea}")
    drawer = page.get_by_role("dialog", name="Idea")
    await expect(drawer.get_by_role("list", name="Outline")).to_contain_text("What it is")
    assert await violations_in_both_schemes(page) == []
    await drawer.get_by_role("button", name="Edit the plan").click()
    await drawer.get_by_role("button", name="Add a section").click()
    await drawer.get_by_label("Heading of section 2").fill("How hot the water is")
    await drawer.get_by_role("button", name="Move section 2 up").click()
    await drawer.get_by_label("Target words").fill("1200")
    await drawer.get_by_label("Content type").select_option("how-to")
    await drawer.get_by_role("combobox", name="Secondary keywords").fill("brew tea")
    await page.keyboard.press("Enter")
    assert await violations_in_both_schemes(page) == []
    await drawer.get_by_role("button", name="Save").click()
    sections = drawer.get_by_role("list", name="Outline").get_by_role("listitem")
    await expect(sections.first).to_contain_text("How hot the water is")
    await expect(sections).to_have_count(2)
    await expect(drawer).to_contain_text("How-to · 1,200 words")
    await expect(drawer.get_by_role("group", name="Keywords of this plan")).to_contain_text(
        "brew tea"
    )


async def test_a_section_can_be_taken_out(page: Page, site: str, idea: UUID) -> None:
    await page.goto(f"{site}/ideas?id={idea}")
    drawer = page.get_by_role("dialog", name="Idea")
    await drawer.get_by_role("button", name="Edit the plan").click()
    await drawer.get_by_role("button", name="Add a section").click()
    await drawer.get_by_label("Heading of section 2").fill("Only this")
    await drawer.get_by_role("button", name="Remove section 1").click()
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("list", name="Outline")).to_have_text("Only this")
    outline: Any = await planner.value("select outline from content_idea where id = $1", idea)
    assert [section["heading"] for section in outline] == ["Only this"]


async def test_the_second_of_two_editors_can_take_the_newer_plan(
    page: Page, site: str, idea: UUID
) -> None:
    await page.goto(f"{site}/ideas?id={idea}")
    drawer = page.get_by_role("dialog", name="Idea")
    await drawer.get_by_role("button", name="Edit the plan").click()
    await drawer.get_by_label("Title").fill("Mine")
    await planner.value(
        "update content_idea set outline = $2, title = 'Theirs' where id = $1",
        *(idea, [{"heading": "Their section", "notes": ""}]),
    )
    await drawer.get_by_role("button", name="Save").click()
    await expect(drawer.get_by_role("alert")).to_contain_text("changed")
    await drawer.get_by_role("button", name="Load the new version").click()
    await expect(drawer.get_by_label("Title")).to_have_value("Theirs")
    await expect(drawer.get_by_label("Heading of section 1")).to_have_value("Their section")


async def test_an_idea_that_is_a_task_leads_to_the_task(
    page: Page, site: str, account: UUID, idea: UUID
) -> None:
    task = await planner.task(account, idea)
    await page.goto(f"{site}/ideas?id={idea}")
    drawer = page.get_by_role("dialog", name="Idea")
    await expect(drawer.get_by_role("button", name="Edit the plan")).to_have_count(0)
    await drawer.get_by_role("link", name="Open the task").click()
    await page.wait_for_url(f"**/tasks?id={task}")


async def test_without_ideas_the_next_step_is_the_clusters(page: Page, site: str) -> None:
    await page.goto(f"{site}/ideas")
    await expect(page.get_by_role("heading", name="No ideas yet")).to_be_visible()
    await page.get_by_role("link", name="Choose clusters").click()
    await page.wait_for_url("**/clusters?status=new")
