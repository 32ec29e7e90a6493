"""The writer's functions by hand, with the exact words a person sees."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.api.articles import COFFEE, value
from tests.browser.writer import SCENES, add_prompts, add_task, add_text, open_article, outcome
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

CHAT = "messages"
"""In the body of every question to the text model, and of no other call."""

TITLE = "How to grow basil indoors"


async def test_an_article_is_written_from_a_task(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    await add_task(account, TITLE)
    await demo.hold(CHAT)
    await page.goto(f"{site}/tasks")
    await page.get_by_label(f"Select {TITLE}").click()
    await page.get_by_role("button", name="Generate content").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_test_id("message")).to_have_text("Writing 800-word article")
    steps = dialog.get_by_role("list", name="Steps so far")
    await expect(steps).to_contain_text(f"Preparing task: {TITLE}")
    await demo.hold(CHAT, False)
    await expect(outcome(dialog)).to_have_text(
        re.compile(r"^[\d,]+-word article drafted successfully$")
    )
    title = await value("select title from content")
    words = await value("select word_count from content")
    await expect(outcome(dialog)).to_have_text(f"{words:,}-word article drafted successfully")
    await expect(steps).to_contain_text(f"Saving article: {title}")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    row = page.get_by_role("row").filter(has_text=TITLE)
    await expect(row).to_contain_text("Completed")
    await row.get_by_role("link", name="Open article").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    await expect(page.get_by_role("article", name="Text of the article")).to_be_visible()


async def test_prompts_of_five_images_are_written_for_an_article(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    content = await add_text(account)
    await demo.hold(CHAT)
    await open_article(page, site, content, "images")
    await page.get_by_role("button", name="Generate image prompts").click()
    question = page.get_by_role("dialog", name="Generate image prompts")
    await question.get_by_label("Images within an article").fill("4")
    await question.get_by_role("button", name="Generate prompts").click()
    dialog = page.get_by_role("dialog").filter(has=page.get_by_test_id("counts"))
    await expect(dialog.get_by_test_id("message")).to_have_text("Writing featured image prompt")
    steps = dialog.get_by_role("list", name="Steps so far")
    await expect(steps).to_contain_text("Mapping content for 5 image prompts")
    await demo.hold(CHAT, False)
    await expect(outcome(dialog)).to_have_text(
        "1 Featured Image + 4 In-article Image Prompts ready"
    )
    await expect(steps).to_contain_text("Writing 4 in-article image prompts")
    await dialog.get_by_role("button", name="Close", exact=True).click()
    gallery = page.get_by_role("list", name="Images of this article")
    await expect(gallery.get_by_role("listitem")).to_have_count(5)
    await expect(gallery).to_contain_text("Featured image")


async def test_five_images_are_drawn_and_appear_one_by_one(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    content = await add_text(account)
    first, *others = await add_prompts(account, content)
    for scene in SCENES:
        await demo.hold(scene)
    await open_article(page, site, content, "images")
    await page.get_by_role("button", name="Generate images").click()
    dialog = page.get_by_role("dialog", name="Generating 5 images")
    await expect(dialog.get_by_test_id("message")).to_have_text(
        re.compile(r"^Generating image \d/5: A mug of coffee on table \d$")
    )
    steps = dialog.get_by_role("list", name="Steps so far")
    await expect(steps).to_contain_text("Preparing 5 images for generation")
    begun = re.compile("Generating image 1/5: A mug of coffee on table [1-5]")
    await expect(steps).to_contain_text(begun)
    queue = dialog.get_by_role("list", name="Images of this run")
    await expect(queue.get_by_role("listitem")).to_have_count(5)
    await expect(queue.get_by_role("img")).to_have_count(0)
    await demo.hold(SCENES[0], False)
    await expect(queue.get_by_role("img", name=SCENES[0])).to_be_visible()
    await expect(queue.locator(f"[data-id='{first}']")).to_contain_text("Completed")
    await expect(queue.get_by_role("img")).to_have_count(1)
    for scene in SCENES[1:]:
        await demo.hold(scene, False)
    await expect(outcome(dialog)).to_have_text("5 images generated successfully")
    for image in others:
        await expect(queue.locator(f"[data-id='{image}']").get_by_role("img")).to_be_visible()
    await dialog.get_by_role("button", name="Close", exact=True).click()
    gallery = page.get_by_role("list", name="Images of this article")
    await expect(gallery.get_by_role("img")).to_have_count(5)
    await page.get_by_role("tab", name="Read").click()
    text = page.get_by_role("article", name="Text of the article")
    await expect(text.get_by_role("img", name=SCENES[0])).to_be_visible()


async def test_an_image_is_found_changed_and_drawn_anew(
    page: Page, site: str, account: UUID, demo: Demo
) -> None:
    await add_prompts(account, await add_text(account))
    await page.goto(f"{site}/images?drawn=false")
    gallery = page.get_by_role("list", name="Images", exact=True)
    await expect(gallery.get_by_role("listitem")).to_have_count(5)
    await (
        page.get_by_role("combobox", name="Article")
        .or_(page.get_by_role("textbox", name="Article"))
        .first.fill(COFFEE.title[:12])
    )
    await page.get_by_role("option", name=COFFEE.title).click()
    await page.wait_for_url("**content_id=**")
    await gallery.get_by_role("button").filter(has_text=SCENES[2]).click()
    dialog = page.get_by_role("dialog", name="Image", exact=True)
    await dialog.get_by_label("Prompt").fill("A red mug in the snow")
    await dialog.get_by_label("Alternative text").fill("Red mug in snow")
    await dialog.get_by_role("button", name="Save").click()
    await dialog.get_by_role("button", name="Generate the image").click()
    run = page.get_by_role("dialog", name="Generating 1 image")
    await expect(outcome(run)).to_have_text("1 image generated successfully")
    await run.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Clear filters").click()
    await expect(gallery.get_by_role("img", name="Red mug in snow")).to_be_visible()
