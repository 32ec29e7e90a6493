"""Every page as people meet it: empty, at work, failed, done. `make screenshots` runs this file.

It is no part of the tests that always run: what it makes is for eyes.
"""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from playwright.async_api import expect

from tests.api.articles import value
from tests.browser.automation import LONG, RunPage, choose_options, give
from tests.browser.conftest import NewContext
from tests.browser.pictures import scenes
from tests.browser.pictures.camera import Camera, set_up
from tests.browser.writer import SCENES, add_prompts, add_text
from tests.demo_control import Demo

pytestmark = [pytest.mark.usefixtures("workers")]

TABLES = ("keywords", "clusters", "ideas", "tasks", "content", "images")


@pytest.fixture
async def camera(new_context: NewContext, site: str, sign_in_link: str) -> AsyncIterator[Camera]:
    camera = await set_up(new_context, site, sign_in_link)
    yield camera
    assert camera.complaints == []


async def test_nothing_there_yet(camera: Camera) -> None:
    for name in (*TABLES, "automation"):
        await camera.take(f"{name}-empty", f"/{name}")
    await camera.take("settings", "/settings")
    await camera.take("not-found", "/nowhere")


async def test_signing_in(camera: Camera) -> None:
    for page in camera.pages.values():
        await page.goto("about:blank")
        await page.context.clear_cookies()
    await camera.take("sign-in", "/sign-in")
    for page in camera.pages.values():
        await page.goto("about:blank")
    await camera.take("sign-in-failed", "/sign-in#token=wrong", camera.alert)


async def test_keywords_by_hand(camera: Camera, demo: Demo) -> None:
    await camera.take("import", "/keywords", scenes.choose_file)
    await camera.hand.reload()
    await scenes.import_keywords(camera.hand)
    await camera.take("keywords-selected", "/keywords", scenes.select_three)
    await camera.take("keyword-add", "/keywords", scenes.click("Add keyword"))
    await demo.hold("ClusterAssignments")  # the labels are found; their keywords wait
    await camera.hand.reload()
    await scenes.run_all(camera.hand, "Cluster keywords")
    await expect(camera.hand.locator("[data-status='processing']").first).to_be_visible()
    await camera.take("keywords-busy", "/keywords")
    await camera.take("job-tray", "/clusters", scenes.click("1 run"))
    await camera.take("run-dialog-busy", "/keywords", scenes.open_run)
    await demo.hold("ClusterAssignments", False)
    await camera.take("run-dialog-done", None, scenes.see("outcome", "mapped into"))


async def test_images_by_hand(camera: Camera, account: UUID, demo: Demo) -> None:
    article = await add_text(account)
    await add_prompts(account, article)
    await demo.fault("policy", match=SCENES[1])
    await demo.hold(SCENES[3])
    await demo.hold(SCENES[4])
    await camera.hand.goto(f"{camera.site}/images")
    await expect(camera.hand.get_by_role("checkbox")).to_have_count(len(SCENES))
    for box in await camera.hand.get_by_role("checkbox").all():
        await box.click()
    await camera.hand.get_by_role("button", name="Generate images").click()
    drawn = camera.hand.get_by_role("dialog").locator("[data-status='completed'] img")
    await expect(drawn).to_have_count(2)
    await camera.take("image-queue", "/images", scenes.open_run)
    await camera.take("images-busy", "/images")


async def test_a_run_that_stops(camera: Camera, account: UUID, demo: Demo) -> None:
    await scenes.import_keywords(camera.hand)
    await give(account, -9_980)
    await camera.take("not-enough-credits", "/automation", scenes.see("credits"))
    await give(account, 9_980)
    await demo.fault("401")
    await camera.hand.goto(f"{camera.site}/automation")
    await camera.hand.get_by_role("button", name="Start the run").click()
    await camera.hand.wait_for_url("**/automation/*")
    await expect(camera.hand.get_by_role("alert").first).to_be_visible(timeout=LONG)
    await camera.take("run-failed", camera.path, camera.alert)


async def test_the_automation_and_what_it_makes(camera: Camera, demo: Demo) -> None:
    page = camera.hand
    await scenes.import_keywords(page)
    await camera.take("automation", "/automation", scenes.see("credits"))
    await demo.fault("refusal", match="Article", share=0.1)
    await demo.hold("demo-image")
    await choose_options(page)
    await page.get_by_role("button", name="Start the run").click()
    await page.wait_for_url("**/automation/*")
    run, path = RunPage(page), camera.path
    await expect(run.card(6)).to_contain_text("Processing", timeout=LONG)
    await camera.take("run-busy", path)
    await scenes.pause(page)
    await camera.take("run-paused", path, scenes.see("outcome", "Paused"))
    await page.get_by_role("button", name="Resume").click()
    await demo.hold("demo-image", False)
    await expect(run.outcome).to_contain_text("ready to publish", timeout=LONG)
    await camera.take("run-done", path, scenes.see("outcome"))
    await camera.take("run-queues", f"{path}?stage=4", scenes.scroll_to("[data-queue='failed']"))
    await camera.take("history", "/automation", scenes.scroll_to("section[aria-label='Runs']"))
    for name in (*TABLES, "credits"):
        await camera.take(name, f"/{name}")
    await open_rows(camera)


async def open_rows(camera: Camera) -> None:
    for name in ("keyword", "cluster", "idea", "task"):
        await camera.take(f"{name}-open", f"/{name}s", scenes.first_row)
    image = await value("select id from image order by id limit 1")
    await camera.take("image-open", f"/images?id={image}")
    article = await value("select id from content order by id limit 1")
    for tab in ("read", "edit", "review", "images"):
        await camera.take(f"article-{tab}", f"/content/{article}?tab={tab}")
