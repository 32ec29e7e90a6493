"""The automation in the wizard: keywords to clusters, clusters to reviewed articles, seen live."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from tests.browser.automation import (
    LONG,
    add_clusters,
    begin,
    choose_options,
    set_up,
    value,
)
from tests.browser.conftest import add_keywords
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

CHAT = "messages"


async def test_an_account_without_keywords_is_told_that_there_is_nothing_to_do(page: Page) -> None:
    await set_up(page)
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate).to_contain_text("There is no new keyword to work on.")
    await expect(estimate.get_by_role("button", name="Start the run")).to_be_disabled()


async def test_a_hundred_chosen_keywords_go_through_clustering_in_sight(
    page: Page, account: UUID, demo: Demo
) -> None:
    await add_keywords(account, 100)
    await demo.hold(CHAT)
    await page.reload()
    await page.get_by_label("Select all rows that match").click()
    await page.get_by_role("button", name="Automate").click()
    await expect(page.get_by_label("Chosen on the Keywords page (100)")).to_be_checked()
    await choose_options(page, last=1)
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate.get_by_role("row", name="1. Clustering")).to_contain_text("100")
    await expect(estimate.get_by_test_id("credits")).to_have_text("100")
    await expect(estimate.get_by_test_id("balance")).to_contain_text("10,000")
    run = await begin(page)
    await expect(run.message).to_have_text("Analyzing keyword relationships (0/100)")
    await expect(run.card(1).get_by_test_id("facts")).to_have_text("Keywords loaded 100")
    await expect(run.card(1)).to_contain_text("Processing")
    await expect(run.card(1).get_by_test_id("counts")).to_contain_text("processing")
    await demo.hold(CHAT, False)
    await expect(run.outcome).to_contain_text("100 keywords mapped into", timeout=LONG)
    clusters = await value("select count(*) from cluster where account_id = $1", account)
    await run.completed(1, f"Keywords loaded 100 · Clusters created {clusters}")
    await run.shows(pending=0, processing=0, completed=100, failed=0)
    done = run.lane("completed")
    await done.get_by_role("button", name="Show more").click()
    await expect(done.get_by_role("listitem")).to_have_count(50)
    await page.get_by_label("Search in Clustering").fill("tea 77")
    await expect(done.get_by_role("listitem")).to_have_text([re.compile("green tea 77")])
    assert await value("select count(*) from automation_run where account_id = $1", account) == 1


async def test_ten_clusters_become_reviewed_articles_stage_by_stage(
    page: Page, account: UUID, demo: Demo
) -> None:
    names = await add_clusters(account, 10)
    await demo.hold(names[6])
    await demo.hold("demo-image")
    await set_up(page, first=2)
    estimate = page.get_by_role("region", name="Estimate")
    await expect(estimate.get_by_role("row", name="2. Ideas")).to_contain_text("10")
    await expect(estimate.get_by_role("row", name="4. Content")).to_contain_text("10 expected")
    run = await begin(page)
    await run.choose(2)
    await run.shows(pending=0, processing=1, completed=9, failed=0)
    await expect(run.lane("processing")).to_contain_text(names[6])
    await demo.hold(names[6], False)
    await run.completed(2, "Clusters loaded 10 · Ideas created 10")
    await run.completed(3, "Ideas loaded 10 · Tasks created 10")
    await expect(run.card(4)).to_contain_text("Completed", timeout=LONG)
    words = await value("select sum(word_count) from content where account_id = $1", account)
    await run.completed(4, f"Tasks loaded 10 · Words written {words:,}")
    await run.completed(
        5, "Articles loaded 10 · Featured image prompts 10 · In-article image prompts 10"
    )
    await expect(run.card(6)).to_contain_text("Images loaded 20")
    await expect(run.card(6)).to_contain_text("Processing")
    await demo.hold("demo-image", False)
    await run.completed(6, "Images loaded 20 · Images generated 20")
    await expect(run.page.get_by_test_id("percentage")).to_have_text("100%", timeout=LONG)
    await run.says(2, "Generated 10 content ideas for 10 clusters")
    await run.says(3, "10 tasks created from 10 ideas")
    await run.says(4, f"10 articles drafted, {words:,} words")
    await run.says(5, "10 Featured Images + 10 In-article Image Prompts ready")
    await run.says(6, "20 images generated successfully")
    ready = await value("select count(*) from content where review ->> 'result' = 'ready'")
    await expect(run.outcome).to_contain_text(f"{ready} articles ready to publish")
    await run.choose(7)
    await run.shows(pending=0, processing=0, completed=10, failed=0)
    await page.get_by_role("link", name=f"Read what is ready to publish ({ready})").click()
    await expect(page).to_have_url(re.compile(r"/content\?result=ready$"))
    await page.goto(page.url.split("/content")[0] + "/automation?status=completed")
    await expect(page.get_by_role("region", name="Runs")).to_contain_text("ready to publish")
