"""The web app in a real browser, on the real API with real workers and the demo AI service.

A test asks for `page` (signed in), for rows (`keywords`), for `demo` (the AI service's gate and
faults), and for `workers` where runs are to be worked on. What a test leaves of a failure: a
picture and the browser's trace, in `build/browser/`.
"""

import os
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from api import people
from api.pages import DIST
from db.status import Role
from piccolo_conf import DB
from pipeline.local.owner import free_port
from pipeline.local.servers import Servers
from tests.browser.finding import browser_path
from tests.conftest import DEMO_MODELS
from tests.demo_control import Demo
from tests.support import await_condition, start_module, stop

LEFT = Path("build/browser")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, without a window."""
    path, environment = browser_path()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=path,
            args=["--disable-dev-shm-usage"],
            env={**os.environ, **environment},
        )
        yield running
        await running.close()


@pytest.fixture(scope="module")
def site(servers: Servers, connections: None, demo_server: str) -> Iterator[str]:
    """Address of the API as a process of its own, with the built web app."""
    if not (DIST / "index.html").exists():
        pytest.fail("The web app is not built: run `make setup`.")
    port = free_port()
    url, log = f"http://127.0.0.1:{port}", servers.data / "web.log"
    environment = {
        **DEMO_MODELS,
        "OPENAI_BASE_URL": demo_server,
        "PORT": str(port),
        "RATE_LIMIT": "0",
    }
    process = start_module("api.serve", log=log, environment=environment)
    try:
        await_condition(lambda: _answers(url), process, log)
        yield url
    finally:
        stop(process)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/api/v1/health/live", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture
async def sign_in_link(site: str, account: UUID) -> str:
    """An address that signs an administrator of the account in, once."""
    async with DB.connection() as connection:
        user = await people.add_user(connection, account, "writer@example.com", Role.ADMIN, "")
        path, _ = await people.add_link(connection, user, timedelta(hours=1))
    return site + path


NewContext = Callable[..., Awaitable[BrowserContext]]


@pytest.fixture
async def new_context(
    browser: Browser, request: pytest.FixtureRequest
) -> AsyncIterator[NewContext]:
    """Makes browser contexts that are closed after the test; options as Playwright's."""
    contexts: list[BrowserContext] = []

    async def make(**options: object) -> BrowserContext:
        settings = {
            "viewport": DESKTOP,
            "locale": "en-GB",
            "timezone_id": "UTC",
            "reduced_motion": "reduce",
            **options,
        }
        context = await browser.new_context(**settings)  # type: ignore[arg-type]
        await context.tracing.start(screenshots=True, snapshots=True)
        contexts.append(context)
        return context

    yield make
    failed = getattr(request.node, "failed", False)
    for number, context in enumerate(contexts):
        await _keep(context, request.node.name, number, failed)
        await context.close()


async def _keep(context: BrowserContext, name: str, number: int, failed: bool) -> None:
    """The trace and a picture of each page of a failed test; nothing of one that passed."""
    if not failed:
        await context.tracing.stop()
        return
    os.makedirs(LEFT, exist_ok=True)
    await context.tracing.stop(path=LEFT / f"{name}-{number}.zip")
    for place, page in enumerate(context.pages):
        await page.screenshot(path=LEFT / f"{name}-{number}-{place}.png")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let fixtures know at their end whether the test failed."""
    report = yield
    if report.when == "call":  # type: ignore[attr-defined]
        item.failed = report.failed  # type: ignore[attr-defined]
    return report  # type: ignore[return-value]


@pytest.fixture
async def page(new_context: NewContext, sign_in_link: str) -> Page:
    """A page of who is signed in, at the keywords, following changes live."""
    context = await new_context()
    return await open_page(context, sign_in_link)


async def open_page(context: BrowserContext, link: str) -> Page:
    """A new page of the context, signed in by the link, at the keywords, with its line standing."""
    page = await context.new_page()
    await page.goto(link)
    await page.wait_for_url("**/keywords", timeout=60_000)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=60_000)
    return page


@pytest.fixture
async def keywords(account: UUID) -> list[UUID]:
    """Fifty keywords of the account, in their order."""
    return await add_keywords(account, 50)


async def add_keywords(account: UUID, count: int) -> list[UUID]:
    """Keywords "green tea 1", "green tea 2" ... of the account."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "insert into keyword (account_id, text, key, volume)"
            " select $1, 'green tea ' || n, 'green tea ' || n, n * 10"
            " from generate_series(1, $2::int) n returning id",
            account,
            count,
        )
    return [row["id"] for row in rows]


@pytest.fixture
async def demo(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    """The demo AI service's gate, faults and counts; forgotten after the test."""
    control = Demo(demo_url, monkeypatch)
    yield control
    await control.reset()
    await control.close()


Workers = list["subprocess.Popen[bytes]"]
