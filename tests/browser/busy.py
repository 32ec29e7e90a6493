"""What a page does while it is kept busy: which rows it draws anew, how long its tasks are."""

import json
from typing import Any, NamedTuple

from playwright.async_api import Browser, Page

CATEGORIES = ["toplevel", "disabled-by-default-devtools.timeline", "devtools.timeline"]

WATCH = """() => {
  const seen = window.busy = {rows: {}, added: 0, removed: 0, longTasks: []};
  new MutationObserver(all => all.forEach(each => {
    const row = (each.target.nodeType === 1 ? each.target : each.target.parentElement)
      .closest('[data-id]');
    if (row) seen.rows[row.dataset.id] = (seen.rows[row.dataset.id] ?? 0)
      + (each.type === 'characterData');
    else { seen.added += each.addedNodes.length; seen.removed += each.removedNodes.length; }
  })).observe(document.querySelector('[role=grid]'),
    {subtree: true, childList: true, characterData: true, attributes: true});
  new PerformanceObserver(list => seen.longTasks.push(
    ...list.getEntries().map(each => each.duration))).observe({type: 'longtask'});
}"""


class Seen(NamedTuple):
    """What was seen since `watch`."""

    rows: dict[str, int]
    """Of each row in which anything changed: how often a text did."""
    added: int
    removed: int
    """Elements that came and went in the table outside of its rows, such as rows."""
    long_tasks: list[float]
    """Milliseconds by the clock of each task over 50 ms, with what it waited for the processor."""


async def watch(page: Page) -> None:
    """Begins to note what changes in the page's table."""
    await page.evaluate(WATCH)


async def seen(page: Page) -> Seen:
    """What was noted."""
    found = await page.evaluate("window.busy")
    return Seen(found["rows"], found["added"], found["removed"], found["longTasks"])


async def start_tracing(browser: Browser, page: Page) -> None:
    """Begins to note the tasks of the page's main thread."""
    await browser.start_tracing(page=page, categories=CATEGORIES)


async def longest_task(browser: Browser) -> float:
    """Milliseconds of the processor that the page's longest task took since `start_tracing`.

    Unlike those by the clock they do not grow when other processes want the processor, too.
    """
    trace: list[dict[str, Any]] = json.loads(await browser.stop_tracing())["traceEvents"]
    main = {
        (each["pid"], each["tid"])
        for each in trace
        if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    tasks: list[float] = [
        each["tdur"] / 1000
        for each in trace
        if each["name"].endswith("RunTask")
        and each.get("ph") == "X"
        and (each["pid"], each["tid"]) in main
        and "tdur" in each
    ]
    return max(tasks)  # of none there is no longest: then the browser names them otherwise
