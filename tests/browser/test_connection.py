"""The line for live changes: refused, cut, silent. What happens meanwhile is shown all the same."""

from uuid import UUID

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from piccolo_conf import DB
from pipeline import events
from tests.browser.conftest import NewContext

SOCKET = "**/events/socket*"


async def rename(account: UUID, keyword: UUID, text: str) -> None:
    async with DB.connection() as connection:
        await connection.execute("update keyword set text = $2 where id = $1", keyword, text)
    await events.rows_changed(account, "keyword", [keyword])


class Line:
    """The socket between page and server, to be cut by a test."""

    def __init__(self) -> None:
        self.refusing = False
        self.silent = False
        self.routes: list[WebSocketRoute] = []

    async def handle(self, route: WebSocketRoute) -> None:
        if self.refusing:
            await route.close(code=1011)
            return
        self.routes.append(route)
        server = route.connect_to_server()
        server.on_message(lambda message: None if self.silent else route.send(message))

    async def cut(self) -> None:
        self.refusing = True
        for route in self.routes:
            await route.close(code=1001)


@pytest.fixture
async def line() -> Line:
    return Line()


@pytest.fixture
async def page(
    new_context: NewContext, sign_in_link: str, keywords: list[UUID], line: Line
) -> Page:
    """A signed-in page at the keywords whose socket goes through `line`."""
    context = await new_context()
    page = await context.new_page()
    await page.route_web_socket(SOCKET, line.handle)
    await page.goto(sign_in_link)
    await expect(page.get_by_role("row", name="green tea 50")).to_be_visible()
    return page


async def test_a_cut_line_is_replaced_by_polling_and_then_by_another(
    page: Page, line: Line, account: UUID, keywords: list[UUID]
) -> None:
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await line.cut()
    await expect(page.get_by_text("Polling", exact=True)).to_be_visible()
    await rename(account, keywords[-1], "white tea")
    await expect(page.get_by_role("row", name="white tea")).to_be_visible()
    line.refusing = False
    await expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=30_000)
    await rename(account, keywords[-2], "black tea")
    await expect(page.get_by_role("row", name="black tea")).to_be_visible()


async def test_a_silent_line_is_found_out(
    page: Page, line: Line, account: UUID, keywords: list[UUID]
) -> None:
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    line.silent = True
    await rename(account, keywords[-1], "white tea")
    await expect(page.get_by_text("Polling", exact=True)).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("row", name="white tea")).to_be_visible()


async def test_a_page_without_a_network_says_so_and_catches_up(
    page: Page, account: UUID, keywords: list[UUID]
) -> None:
    await page.context.set_offline(True)
    await expect(page.get_by_text("Offline", exact=True)).to_be_visible()
    await rename(account, keywords[-1], "white tea")
    await page.context.set_offline(False)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(page.get_by_role("row", name="white tea")).to_be_visible()


async def test_only_the_rows_that_changed_are_drawn_anew(
    page: Page, account: UUID, keywords: list[UUID]
) -> None:
    await page.evaluate(
        """() => {
        window.touched = new Set();
        new MutationObserver(all => all.forEach(({target}) => {
          const element = target.nodeType === 1 ? target : target.parentElement;
          const row = element.closest('[data-id]');
          if (row) window.touched.add(row.dataset.id);
        })).observe(document.querySelector('[role=grid]'),
          {subtree: true, childList: true, characterData: true, attributes: true});
        }"""
    )
    await rename(account, keywords[-3], "white tea")
    await expect(page.get_by_role("row", name="white tea")).to_be_visible()
    assert await page.evaluate("[...window.touched]") == [str(keywords[-3])]


async def test_without_workers_a_page_says_that_runs_wait(page: Page) -> None:
    await expect(page.get_by_text("No worker is running: runs wait")).to_be_visible()
