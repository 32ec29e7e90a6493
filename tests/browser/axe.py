"""Accessibility of what a page shows, by axe-core, in light and dark."""

import asyncio
from pathlib import Path

from playwright.async_api import Page

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"

LEFT_OUT = {"landmark-no-duplicate-banner", "landmark-unique"}
"""The dialogs of the widget library have a <header>, which these take for one of the page."""


TWO_FRAMES = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Even the shortest transition has the old colour until the next frame is drawn."""


async def violations(page: Page) -> list[str]:
    """What axe finds on the page as it is, a line for each element."""
    await page.evaluate(await asyncio.to_thread(AXE.read_text))
    found = await page.evaluate("axe.run()")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        if rule["id"] not in LEFT_OUT
        for node in rule["nodes"]
    ]


async def violations_in_both_schemes(page: Page) -> list[str]:
    """The same, with the page light and then dark."""
    found = []
    for scheme in ("light", "dark"):
        await page.evaluate(
            "scheme => document.documentElement.setAttribute('data-mantine-color-scheme', scheme)",
            scheme,
        )
        await page.evaluate(TWO_FRAMES)
        found += [f"{scheme} {each}" for each in await violations(page)]
    return found
