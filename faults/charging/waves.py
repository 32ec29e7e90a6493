"""The runs: automations over keywords of their own, several at a time, until enough has succeeded.

Some are cancelled at a moment left to chance; what failed in others is retried, also beside what
still runs. Each run has an account of its own, so that it also stands for a ledger of its own.
"""

import asyncio
import contextlib
import math
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

from bench import rows
from bench.runs import status_of
from db.status import ACTIVE_RUN, RunOrder
from faults.watching import AWAY
from piccolo_conf import DB
from pipeline import controls, importing
from pipeline.options import RunOptions

KEYWORDS = 60
ITEMS_A_RUN = 300
"""What 60 keywords come to at least, in seven stages."""
LANES = 16
"""Runs at a time at most."""
CONCURRENCY = 24
CANCELLED, RETRIED = 0.1, 0.6
"""Shares of the runs that are cancelled, and whose failed items are retried."""
PATIENCE = 900.0
"""Seconds after which a run that has not ended counts as stuck."""


class Waves:
    """Runs until `items` have succeeded; `done` counts them."""

    def __init__(self, items: int, seed: str) -> None:
        self.items, self.seed = items, seed
        self.done: Counter[str] = Counter({"runs": 0, "runs that got stuck": 0})
        self._next = 0

    async def roll(self, tell: Callable[[int], None]) -> None:
        """Run all lanes to their end; `tell` hears how many items have succeeded so far."""
        async with asyncio.TaskGroup() as group:
            for _ in range(min(LANES, math.ceil(self.items / ITEMS_A_RUN))):
                group.create_task(self._lane(tell))

    async def _lane(self, tell: Callable[[int], None]) -> None:
        while (so_far := await _succeeded()) < self.items:
            tell(so_far)
            self._next += 1
            await self._run(self._next, random.Random(f"{self.seed}/run/{self._next}"))

    async def _run(self, number: int, chance: random.Random) -> None:
        account = await rows.account()
        run = await controls.start(
            account,
            first_stage=1,
            last_stage=7,
            selection=await _keywords(account, number),
            order=chance.choice(list(RunOrder)),
            options=RunOptions(target_words=300, images_per_article=1),
            concurrency=CONCURRENCY,
        )
        self.done["runs"] += 1
        if chance.random() < CANCELLED:
            await asyncio.sleep(chance.uniform(0, 30))
            await self._wish("runs cancelled", lambda: controls.cancel(account, run))
        elif chance.random() < RETRIED:
            await asyncio.sleep(chance.uniform(0, 30))
            await self._wish("retries", lambda: controls.retry(account, run))
            await self._end(run)
            await self._wish("retries", lambda: controls.retry(account, run))
        await self._end(run)

    async def _wish(self, name: str, move: Callable[[], Awaitable[object]]) -> None:
        with contextlib.suppress(controls.IllegalMove):
            await move()
            self.done[name] += 1

    async def _end(self, run: UUID) -> None:
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            with contextlib.suppress(*AWAY):
                if await status_of(run) not in ACTIVE_RUN:
                    return
            await asyncio.sleep(0.2)
        self.done["runs that got stuck"] += 1


async def _keywords(account: UUID, number: int) -> list[UUID]:
    """The sample's keywords with a number of the run's: so no two runs ask the same question."""
    sample = importing.read_keywords(rows.SAMPLE.read_bytes()).rows[:KEYWORDS]
    lines = ["keyword", *(f"{row.text} {number}" for row in sample)]
    read = importing.read_keywords("\n".join(lines).encode())
    return (await importing.save_keywords(account, read.rows)).ids


async def _succeeded() -> int:
    async with DB.connection() as connection:
        return int(
            await connection.fetchval("select count(*) from run_item where status = 'completed'")
        )
