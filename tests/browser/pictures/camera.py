"""Takes each picture four times: at desktop and phone width, light and dark.

What the browser complains of while a picture is taken is kept: warnings and errors of its console,
answers that nobody asked to fail.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import ConsoleMessage, Page, Response, expect

from tests.browser.conftest import DESKTOP, PHONE, NewContext

FOLDER = Path("docs/screenshots")
VIEWS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": DESKTOP, "color_scheme": "light"},
    "desktop-dark": {"viewport": DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "has_touch": True},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark", "has_touch": True},
}
EXPECTED = re.compile(r"401 .*/session|409 .*/estimate|40[014] .*/session/link")
"""Answers that say no where no is the answer: nobody is signed in, there is nothing to estimate."""

LARGEST = 150_000
"""Bytes of a picture: these are kept in the repository."""

Act = Callable[[Page], Awaitable[object]]


@dataclass
class Camera:
    """The same page in four views. `complaints` are those of the browser, one line each."""

    site: str
    pages: dict[str, Page]
    complaints: list[str] = field(default_factory=list)

    @property
    def hand(self) -> Page:
        """The page on which things are done once, as on any of the others."""
        return self.pages["desktop"]

    @property
    def path(self) -> str:
        """Where the hand is, without the site and what follows a question mark."""
        return self.hand.url.removeprefix(self.site).split("?")[0]

    @staticmethod
    async def alert(page: Page) -> None:
        """Wait for a warning."""
        await expect(page.get_by_role("alert").first).to_be_visible()

    async def take(self, name: str, path: str | None = None, act: Act | None = None) -> None:
        """A picture of `path` after `act` in every view; without a path of what is shown."""
        await asyncio.gather(
            *(self._take(view, page, name, path, act) for view, page in self.pages.items())
        )

    async def _take(
        self, view: str, page: Page, name: str, path: str | None, act: Act | None
    ) -> None:
        if path is not None:
            await page.goto(f"{self.site}{path}")
        await expect(page.get_by_role("heading", level=1).first).to_be_visible()
        if act:
            await act(page)
        await settled(page)
        await asyncio.to_thread(_keep, await page.screenshot(), FOLDER / f"{name}-{view}.webp")

    def listen(self, view: str, page: Page) -> None:
        """Keep what the browser complains of in this view."""

        def heard(message: ConsoleMessage) -> None:
            told = message.text.startswith("Failed to load resource")  # comes as a response, too
            if message.type in ("warning", "error") and not told:
                self.complaints.append(f"{view} {page.url}: {message.text}")

        def answered(response: Response) -> None:
            if response.status >= 400 and not EXPECTED.search(f"{response.status} {response.url}"):
                self.complaints.append(f"{view} {page.url}: {response.status} {response.url}")

        page.on("console", heard)
        page.on("response", answered)
        page.on("pageerror", lambda error: self.complaints.append(f"{view} {page.url}: {error}"))


async def set_up(new_context: NewContext, site: str, link: str) -> Camera:
    """A camera whose four views are signed in by the one link."""
    camera = Camera(site, {})
    state = None
    for view, options in VIEWS.items():
        context = await new_context(storage_state=state, **options)
        page = await context.new_page()
        camera.listen(view, page)
        if state is None:
            await page.goto(link)
            await expect(page.get_by_text("Live", exact=True)).to_be_visible(timeout=60_000)
            state = await context.storage_state()
        camera.pages[view] = page
    return camera


async def settled(page: Page) -> None:
    """Fonts and pictures are there, nothing is a placeholder, nothing is loading any more."""
    await page.wait_for_load_state("load")
    await expect(page.locator(".mantine-Skeleton-root:visible")).to_have_count(0)
    await page.evaluate(
        "Promise.all([document.fonts.ready, ...[...document.images]"
        ".filter(i => i.loading !== 'lazy').map(i => i.decode().catch(() => 0))])"
    )
    await page.wait_for_timeout(300)  # what slides in has arrived


def _keep(picture: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(BytesIO(picture)) as image:
        image.convert("RGB").save(path, quality=75, method=6)
    assert path.stat().st_size <= LARGEST, f"{path} is too large for the repository"
