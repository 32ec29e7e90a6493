"""A person without a mouse: reaches things by Tab, sees where the focus is, presses keys.

`walk` goes once round a page or a dialog and tells what cannot be reached and where the focus
cannot be seen.
"""

from typing import NamedTuple

from playwright.async_api import Locator, Page, expect

FAR = 150
"""Presses of Tab after which something counts as out of reach."""

HAS_FOCUS = "element => element === document.activeElement"

TABBABLE = """within => [...within.querySelectorAll(
      'a[href], button, input, select, textarea, [tabindex]')]
    .filter(each => each.tabIndex >= 0 && !each.disabled && !each.closest('[inert]')
      && each.checkVisibility({visibilityProperty: true})
      && !(each.type === 'radio' && !each.checked)
      && each.getAttribute('data-mantine-stop-propagation') !== 'true')
    .map(each => { each.dataset.awaited = ''; return each; }).length"""
"""Marks what has to be reached; of a group of radio buttons that is the one which is chosen."""

STEP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const name = at.getAttribute('aria-label') || at.innerText?.trim().slice(0, 40) || at.outerHTML
    .slice(0, 120);
  const again = 'reached' in at.dataset;
  at.dataset.reached = '';
  delete at.dataset.awaited;
  const looks = () => [at, at.nextElementSibling, at.parentElement, at.parentElement?.parentElement]
    .filter(Boolean).map(each => {
      const look = getComputedStyle(each);
      return [look.outlineStyle !== 'none' && parseFloat(look.outlineWidth) >= 1, look.boxShadow,
        parseFloat(look.borderTopWidth) ? look.borderTopColor : '', look.backgroundColor,
        look.clipPath].join();
    }).join('|');
  const focused = looks();
  at.blur();
  const shown = looks() !== focused;
  at.focus({preventScroll: true});
  const box = at.getBoundingClientRect();
  const near = at.closest('label')?.getBoundingClientRect() ?? box;
  const inSight = near.width > 0 && near.bottom > 0 && near.right > 0 && near.top < innerHeight
    && near.left < innerWidth;
  return {name, again, shown, inSight, inDialog: at.closest('[role=dialog]') !== null};
}"""
"""What has the focus, and whether that is seen: something near it looks otherwise without it."""

LEFT = """() => [...document.querySelectorAll('[data-awaited]')].map(
  each => each.getAttribute('aria-label') || each.outerHTML.slice(0, 120))"""


class Walked(NamedTuple):
    """What one round by Tab came upon, by name."""

    reached: list[str]
    missed: list[str]
    unseen: list[str]
    """Had the focus, but nothing showed it, or it was out of sight."""
    outside: list[str]
    """Had the focus though it is in no dialog."""


async def walk(page: Page, within: str = "body") -> Walked:
    """Goes by Tab through all that `within` offers, until it comes round."""
    await page.add_style_tag(content="* { transition: none !important }")
    await page.locator(within).first.evaluate(TABBABLE)
    walked = Walked([], [], [], [])
    for _ in range(FAR):
        await page.keyboard.press("Tab")
        step = await page.evaluate(STEP)
        if step is None:  # between the last and the first
            continue
        if step["again"]:
            break
        walked.reached.append(step["name"])
        if not (step["shown"] and step["inSight"]):
            walked.unseen.append(step["name"])
        if not step["inDialog"]:
            walked.outside.append(step["name"])
    walked.missed.extend(await page.evaluate(LEFT))
    await page.evaluate(
        "document.querySelectorAll('[data-reached], [data-awaited]').forEach("
        "each => { delete each.dataset.reached; delete each.dataset.awaited; })"
    )
    return walked


async def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until the target has the focus."""
    await expect(target).to_be_visible()
    for _ in range(FAR):
        if await target.evaluate(HAS_FOCUS):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


async def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Goes to a button and presses it."""
    await tab_to(page, target)
    await page.keyboard.press(key)


async def fill(page: Page, target: Locator, text: str) -> None:
    """Goes to a field and types over what it holds."""
    await tab_to(page, target)
    await page.keyboard.press("Control+a")
    await page.keyboard.type(text)


async def first_row(page: Page) -> Locator:
    """The row of the table that Tab leads to, with the focus on it."""
    row = page.locator("[role=row][data-body][tabindex='0']")
    await tab_to(page, row)
    return row
