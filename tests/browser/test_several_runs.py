"""Several runs at once, each with its own progress; and a run whose live line breaks meanwhile."""

import asyncio
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import NewContext
from tests.browser.test_connection import SOCKET, Line
from tests.demo_control import Demo

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

CHAT = "messages"
"""In the body of every question to the text model, and of no other call."""

RUN_TIME = 60_000


@pytest.fixture
async def line() -> Line:
    return Line()


@pytest.fixture
async def page(
    new_context: NewContext, sign_in_link: str, keywords: list[UUID], line: Line
) -> Page:
    """A signed-in page at the keywords whose socket goes through `line`."""
    page = await (await new_context()).new_page()
    await page.route_web_socket(SOCKET, line.handle)
    await page.goto(sign_in_link)
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    return page


async def cluster(page: Page, first: int, last: int) -> Locator:
    """Starts to cluster the keywords from `first` down to `last`; the dialog of their run."""
    clear = page.get_by_role("button", name="Clear")
    if await clear.count():
        await clear.click()
    await page.get_by_label(f"Select green tea {first}", exact=True).click()
    await page.get_by_label(f"Select green tea {last}", exact=True).click(modifiers=["Shift"])
    await page.get_by_role("button", name="Cluster keywords").click()
    dialog = page.get_by_role("dialog", name=f"Clustering {first - last + 1} keywords")
    await expect(dialog.get_by_test_id("message")).to_contain_text("Analyzing")
    return dialog


async def test_several_runs_show_their_own_progress_each(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    for first, last in ((50, 48), (45, 41)):
        dialog = await cluster(page, first, last)
        await dialog.get_by_role("button", name="Close and go on").click()
    await page.get_by_role("button", name="2 runs").click()
    three = page.get_by_role("button").filter(has_text="Clustering 3 keywords")
    five = page.get_by_role("button").filter(has_text="Clustering 5 keywords")
    await expect(three).to_contain_text("Analyzing keyword relationships (0/3)")
    await expect(five).to_contain_text("Analyzing keyword relationships (0/5)")
    await five.click()
    dialog = page.get_by_role("dialog", name="Clustering 5 keywords")
    await demo.hold(CHAT, False)
    outcome = dialog.get_by_test_id("outcome")
    notice = page.get_by_role("status").filter(has_text="3 keywords mapped")
    await asyncio.gather(  # whichever ends first, and a notice goes by itself
        expect(outcome).to_contain_text("5 keywords mapped into", timeout=RUN_TIME),
        expect(notice).to_be_visible(timeout=RUN_TIME),
    )


async def test_a_run_goes_on_in_sight_while_the_line_is_refused(
    page: Page, line: Line, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    dialog = await cluster(page, 50, 46)
    await line.cut()
    await expect(page.get_by_text("Polling", exact=True)).to_be_visible()
    await demo.hold(CHAT, False)
    outcome = dialog.get_by_test_id("outcome")
    await expect(outcome).to_contain_text("5 keywords mapped into", timeout=RUN_TIME)
    line.refusing = False
    await expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=30_000)
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("row", name="green tea 50")).to_contain_text("Completed")
    notice = page.get_by_role("status").filter(has=page.get_by_role("button", name="Show"))
    await expect(notice).to_have_count(0)


async def test_a_run_ends_in_sight_though_the_line_has_fallen_silent(
    page: Page, line: Line, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    dialog = await cluster(page, 50, 46)
    line.silent = True
    await demo.hold(CHAT, False)
    await expect(dialog.get_by_test_id("outcome")).to_contain_text(
        "5 keywords mapped into", timeout=RUN_TIME
    )
    await dialog.get_by_role("button", name="Close", exact=True).click()
    await expect(page.get_by_role("row", name="green tea 50")).to_contain_text("Completed")


async def test_a_run_that_ended_without_a_network_is_right_afterwards(
    page: Page, keywords: list[UUID], demo: Demo
) -> None:
    await demo.hold(CHAT)
    dialog = await cluster(page, 50, 46)
    await page.context.set_offline(True)
    await expect(page.get_by_text("Offline", exact=True)).to_be_visible(timeout=30_000)
    await demo.hold(CHAT, False)
    await page.context.set_offline(False)
    await expect(dialog.get_by_test_id("outcome")).to_contain_text(
        "5 keywords mapped into", timeout=RUN_TIME
    )
