"""Those who watch a run while it is hurt: one reads rows and the bar, one follows the events."""

import asyncio
import contextlib
import time
from typing import Any
from uuid import UUID

from asyncpg import InterfaceError
from redis.exceptions import RedisError

from db.engine import TRANSIENT
from faults.trial import STAGE, Trial
from piccolo_conf import DB
from pipeline import events, progress

PAUSE = 0.1
ENDED = ("completed", "failed", "cancelled")
AWAY: tuple[type[BaseException], ...] = (RedisError, OSError, InterfaceError, *TRANSIENT)


async def statuses(run: UUID) -> dict[UUID, str]:
    """The status of every item of the run, by PostgreSQL."""
    async with DB.connection() as connection:
        found: list[Any] = await connection.fetch(
            "select item_id, status from run_item where run_id = $1 and stage = $2", run, STAGE
        )
    return {row["item_id"]: row["status"] for row in found}


class Watcher:
    """Notes ended items that changed, a bar that fell, and when work went on after the hit."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.ended: dict[UUID, str] = {}
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


class Follower:
    """A client of the account's stream: keeps what events say, loads anew when they are lost."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.known: dict[UUID, str] = {}
        self.loads = 0
        self.at: events.Position | None = None

    async def follow(self) -> None:
        """Read again and again, through outages."""
        while True:
            with contextlib.suppress(*AWAY):
                await self.read()
            await asyncio.sleep(PAUSE)

    async def read(self) -> None:
        """Take in what is new."""
        page = await events.read(self.trial.account, self.at)
        reload = self.at is None or page.lost
        self.at = page.position
        for _, event in page.events:
            if event.type == "items" and event.stage == STAGE and event.status:
                self.known.update(dict.fromkeys(event.items, event.status))
            reload |= _names_no_rows(event)
        if reload:
            self.known = await statuses(self.trial.run)
            self.loads += 1


def _names_no_rows(event: events.Stored) -> bool:
    """Whether clients read the rows anew: the same rules as in `api/coalescing.py`."""
    if event.type == "run":
        return event.status == "cancelled"
    return event.many or (event.type == "stage" and event.status == "open")
