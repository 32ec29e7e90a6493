"""One trial: a run of articles on a real system, and what is done to it meanwhile.

Each trial has an account of its own, two workers under the supervisor of `igny8 up`, and a keeper.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

from bench import rows, runs
from bench.rig import Rig
from db.status import ACTIVE_RUN
from pipeline import controls
from pipeline.local.supervisor import Supervisor

STAGE = 4
SLOTS = 8
SECONDS = 0.4
PATIENCE = 90.0
WORKERS = ("worker", "second")


class Trial:
    """What a fault may use. `rng` decides everything that is left to chance."""

    def __init__(self, rig: Rig, crew: dict[str, Supervisor], rng: random.Random) -> None:
        self.rig, self.crew, self.rng = rig, crew, rng
        self.account: UUID
        self.run: UUID
        self.items: list[UUID] = []
        self.hit_at: float | None = None
        self.may_cancel = False
        self.may_fail: set[str] = set()
        self.may_retry = False

    async def begin(self, items: int) -> None:
        """Start a run over `items` articles."""
        self.account = await rows.account()
        self.items = await rows.tasks(self.account, items)
        await self.rig.answer(seconds=SECONDS, replay=1)
        self.run = await controls.start(
            self.account,
            first_stage=STAGE,
            last_stage=STAGE,
            selection=self.items,
            concurrency=SLOTS,
        )

    async def mid_stage(self) -> None:
        """Wait until something is completed, then for a moment left to chance."""
        while await self.active() and not await runs.completed_items(self.run, STAGE):
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.rng.uniform(0, SECONDS))

    async def active(self) -> bool:
        """Whether the run has not ended."""
        return await runs.status_of(self.run) in ACTIVE_RUN

    def hit(self) -> None:
        """From now on it is measured how long it takes until items complete again."""
        self.hit_at = time.monotonic()

    def pid(self, name: str) -> int:
        """The process id of one of the workers."""
        pid = self.crew[name].pid("worker")
        assert pid is not None, f"{name} does not run"
        return pid

    def signal(self, number: signal.Signals, *names: str) -> None:
        """Send a signal to workers."""
        for name in names:
            os.kill(self.pid(name), number)

    async def over(self) -> bool:
        """Wait for the end of the run; False if it did not come in time."""
        give_up = time.monotonic() + PATIENCE
        while await self.active():
            if time.monotonic() > give_up:
                return False
            await asyncio.sleep(0.05)
        return True


Fault = Callable[[Trial], Awaitable[None]]


@contextlib.asynccontextmanager
async def workers(rig: Rig) -> AsyncIterator[dict[str, Supervisor]]:
    """Two supervised workers, in place of the rig's own."""
    rig.stop(*(name for name in ("worker", "images") if name in rig.processes))
    async with contextlib.AsyncExitStack() as stack:
        crew = {n: await stack.enter_async_context(rig.supervising("worker")) for n in WORKERS}
        await rig.at_work("worker")
        yield crew
