"""The page of a run as tests read it: its stage cards, its queues, and its start in the wizard."""

from uuid import UUID

from playwright.async_api import Locator, Page, expect

from piccolo_conf import DB

LONG = 60_000
"""Milliseconds that several stages of real work may take on a busy machine."""


class RunPage:
    """A run in the wizard. Counts and words are those that stand on the page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.message = page.get_by_test_id("message")
        self.outcome = page.get_by_test_id("outcome")
        self.receipt = page.get_by_test_id("receipt")

    def card(self, stage: int) -> Locator:
        return self.page.locator(f"[data-stage='{stage}']")

    def lane(self, queue: str) -> Locator:
        return self.page.locator(f"[data-queue='{queue}']")

    async def choose(self, stage: int) -> None:
        await self.card(stage).click()
        await expect(self.card(stage)).to_have_attribute("aria-pressed", "true")

    async def shows(self, **queues: int) -> None:
        """The chosen stage has so many items in these queues, and as many are listed."""
        for queue, count in queues.items():
            lane = self.lane(queue)
            await expect(lane.get_by_test_id("count")).to_have_text(str(count), timeout=LONG)
            await expect(lane.get_by_role("listitem")).to_have_count(min(count, 25))

    async def completed(self, stage: int, facts: str) -> None:
        """The stage's card says what it loaded and made, and that it is complete."""
        await expect(self.card(stage).get_by_test_id("facts")).to_have_text(facts, timeout=LONG)
        await expect(self.card(stage)).to_contain_text("Completed")

    async def says(self, stage: int, text: str) -> None:
        """The stage's result in the server's words."""
        await self.choose(stage)
        await expect(self.page.get_by_test_id("stage-message")).to_have_text(text)


async def set_up(page: Page, *, first: int = 1, last: int = 7) -> None:
    """The wizard with these stages, one short article for each idea and one image in it."""
    await page.goto("/".join(page.url.split("/")[:3]) + "/automation")
    await choose_options(page, first=first, last=last)


async def choose_options(page: Page, *, first: int = 1, last: int = 7) -> None:
    """Fill in the options of the wizard that is open."""
    await page.get_by_label("First stage").select_option(str(first))
    await page.get_by_label("Last stage").select_option(str(last))
    await page.get_by_label("Ideas per cluster").fill("1")
    await page.get_by_label("Words per article").fill("300")
    await page.get_by_label("Images in the article").fill("1")


async def begin(page: Page) -> RunPage:
    """Start what is set up, by a double click, and wait for the page of the run."""
    await page.get_by_role("button", name="Start the run").dblclick()
    await page.wait_for_url("**/automation/*")
    await expect(page.get_by_role("list", name="Stages")).to_be_visible()
    return RunPage(page)


NAMES = (
    "Espresso machines",
    "Rose pruning",
    "Bicycle repair",
    "Sourdough bread",
    "Trail running",
    "Home insulation",
    "Guitar lessons",
    "Indoor plants",
    "Travel insurance",
    "Dog training",
)


async def add_clusters(account: UUID, count: int) -> list[str]:
    """Clusters with a keyword each; their names."""
    names = list(NAMES[:count])
    async with DB.connection() as connection:
        await connection.execute(
            "with made as (insert into cluster (account_id, name, key, status)"
            " select $1, name, lower(name), 'new' from unnest($2::text[]) name returning id, name)"
            " insert into keyword (account_id, text, key, cluster_id, status)"
            " select $1, lower(name), lower(name), id, 'mapped' from made",
            account,
            names,
        )
    return names


async def value(sql: str, *values: object) -> int:
    """One number from the database."""
    async with DB.connection() as connection:
        return int(await connection.fetchval(sql, *values))


async def give(account: UUID, amount: int) -> None:
    """Add credits to the account, or take some away."""
    async with DB.transaction() as transaction:
        await transaction.connection.execute(
            "update account set balance = balance + $2 where id = $1", account, amount
        )
        await transaction.connection.execute(
            "insert into credit_entry (account_id, kind, amount, note)"
            " values ($1, 'top_up', $2, 'for the test')",
            account,
            amount,
        )
