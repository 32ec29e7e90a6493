"""Who watches a run while it is hurt: it reads rows and the bar again and again."""

import asyncio
import contextlib
import time
from typing import Any
from uuid import UUID

from asyncpg import InterfaceError
from redis.exceptions import RedisError

from db.engine import TRANSIENT
from faults.trial import Trial
from piccolo_conf import DB
from pipeline import progress

PAUSE = 0.1
ENDED = ("completed", "failed", "cancelled")
Item = tuple[int, UUID]
"""A stage and an item of it."""
AWAY: tuple[type[BaseException], ...] = (RedisError, OSError, InterfaceError, *TRANSIENT)


async def statuses(run: UUID) -> dict[Item, str]:
    """The status of every item of the run, by PostgreSQL."""
    async with DB.connection() as connection:
        found: list[Any] = await connection.fetch(
            "select stage, item_id, status from run_item where run_id = $1", run
        )
    return {(row["stage"], row["item_id"]): row["status"] for row in found}


class Watcher:
    """Notes ended items that changed, a bar that fell, and when work went on after the hit."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.ended: dict[Item, str] = {}
        self.changed = self.fell = 0
        self.bar = 0.0
        self.resumed: float | None = None

    async def watch(self) -> None:
        """Look again and again, through outages."""
        while True:
            with contextlib.suppress(*AWAY):
                await self._look()
            await asyncio.sleep(PAUSE)

    async def _look(self) -> None:
        trial = self.trial
        asked = time.monotonic()
        now = {i: s for i, s in (await statuses(trial.run)).items() if s in ENDED}
        self.changed += sum(now.get(item) != status for item, status in self.ended.items())
        grown = len(now) > len(self.ended)
        if grown and trial.hit_at is not None and self.resumed is None and asked > trial.hit_at:
            self.resumed = time.monotonic() - trial.hit_at
        self.ended = now
        told = await progress.read(trial.account, trial.run)
        if told is not None:
            self.fell += told.percentage < self.bar - 0.01
            self.bar = told.percentage
