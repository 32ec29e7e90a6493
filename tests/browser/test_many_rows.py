"""Ten thousand keywords under fifty changes a second: the page stays quick and redraws little."""

import asyncio
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from piccolo_conf import DB
from pipeline import events
from tests.browser.busy import longest_task, seen, start_tracing, watch
from tests.browser.conftest import add_keywords

ROWS = 10_000
BATCHES, BATCH = 50, 5
PAUSE = 0.1
"""Seconds from one batch to the next: five changes in a tenth of a second, for five seconds."""
LONGEST = 200
"""Milliseconds of the processor that a task of the page may take."""

LOAD_ALL = """rows => new Promise(done => {
  const grid = document.querySelector('[role=grid]');
  const look = () => {
    if (grid.ariaRowCount === String(rows + 1)) return done();
    grid.parentElement.scrollTop = grid.parentElement.scrollHeight;
    requestAnimationFrame(look);
  };
  look();
})"""
TO_THE_MIDDLE = """() => {
  const box = document.querySelector('[role=grid]').parentElement;
  box.scrollTop = box.scrollHeight / 2;
}"""
IN_SIGHT = "() => [...document.querySelectorAll('[role=row][data-id]')].map(row => row.dataset.id)"


@pytest.fixture
async def ids(page: Page, account: UUID) -> list[UUID]:
    """The keywords; all of them are in the page's list, whose middle is in sight."""
    ids = await add_keywords(account, ROWS)
    await page.reload()
    await expect(page.locator("[role=row][data-id]").first).to_be_visible()
    await page.evaluate(LOAD_ALL, ROWS)
    await page.evaluate(TO_THE_MIDDLE)
    await expect(page.locator(f"[aria-rowindex='{ROWS // 2}']")).to_be_visible()
    return ids


async def change(account: UUID, ids: list[UUID], volume: int) -> None:
    """Each of the keywords is changed and told of by itself."""
    for each in ids:
        async with DB.connection() as connection:
            await connection.execute("update keyword set volume = $2 where id = $1", each, volume)
        await events.rows_changed(account, "keyword", [each])


async def test_fifty_changes_a_second_redraw_the_changed_rows_only_and_no_task_is_long(
    browser: Browser,
    page: Page,
    account: UUID,
    ids: list[UUID],
    record_property: Callable[[str, object], None],
) -> None:
    drawn = [UUID(each) for each in await page.evaluate(IN_SIGHT)]
    shown, hidden = drawn[5:15], [each for each in ids if each not in set(drawn)]
    changes: Counter[str] = Counter()
    await watch(page)
    await start_tracing(browser, page)
    for batch in range(BATCHES):
        some = [shown[batch % 10], shown[(batch + 3) % 10], *hidden[3 * batch : 3 * batch + 3]]
        changes.update(str(each) for each in some)
        await asyncio.gather(change(account, some, 1_000_000 + batch), asyncio.sleep(PAUSE))
    assert changes.total() == BATCHES * BATCH
    for place, each in enumerate(shown):
        last = max(n for n in range(BATCHES) if place in (n % 10, (n + 3) % 10))
        row = page.locator(f"[data-id='{each}']")
        await expect(row).to_contain_text(f"{1_000_000 + last:,}")
    longest, found = await longest_task(browser), await seen(page)
    record_property("longest task, ms of the processor", longest)
    record_property("long tasks, ms by the clock", found.long_tasks)
    assert set(found.rows) == {str(each) for each in shown}
    assert all(0 < found.rows[each] <= changes[each] for each in found.rows)
    assert (found.added, found.removed) == (0, 0)
    assert longest < LONGEST
