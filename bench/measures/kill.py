"""kill -9 of the worker in mid-stage: when work resumes, and whether anything is lost."""

import asyncio
import os
import random
import signal
import time
from uuid import UUID

from bench import rows, runs
from bench.audit import audit
from bench.figures import Figure, distribution, exactly
from bench.rig import Rig
from piccolo_conf import DB
from pipeline import controls
from pipeline.local.supervisor import Supervisor
from pipeline.settings import settings

NAME = "kill"
CONDITIONS = (
    "a run of 48 articles of 0.5 s each, C = 16; its worker is killed while it holds items and "
    "started again by the supervisor; resumed when an item that was held is asked for again"
)

ITEMS, SLOTS, SECONDS = 48, 16, 0.5


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """The distribution over 20 kills, each in a run of its own, and the counts of all runs."""
    kills = 2 if short else 20
    resumed, wrong, repeated = [], [0] * 5, 0
    async with rig.system():
        rig.stop("worker")
        await asyncio.sleep(settings().lease_seconds + 1)  # the keeper is no longer new
        for _ in range(kills):
            owner = await rows.account()
            async with rig.supervising("worker") as supervisor:
                run, seconds = await _kill_once(rig, supervisor, owner)
                await runs.finished(run)
            resumed.append(seconds)
            found = await audit(owner, run)
            counts = (found.lost, found.doubled, found.failed, found.charged_wrongly)
            wrong = [a + b for a, b in zip(wrong, (*counts, found.ledger_off), strict=True)]
            repeated += len(await rig.calls()) - ITEMS
    lost, doubled, failed, charged, off = wrong
    return [
        *distribution("kill to work resumed", resumed, "s", max=10.0),
        exactly("items lost", lost),
        exactly("items doubled", doubled),
        exactly("items failed", failed),
        exactly("charges that are not one a success", charged),
        exactly("credits the ledger is off", off),
        Figure("calls made twice a kill (those in flight)", repeated / kills),
    ]


async def _kill_once(rig: Rig, supervisor: Supervisor, owner: UUID) -> tuple[UUID, float]:
    """Kill the worker in mid-stage; the run, and the seconds until a held item is asked again."""
    await rig.answer(seconds=SECONDS, replay=1)
    run = await controls.start(
        owner,
        first_stage=4,
        last_stage=4,
        selection=await rows.tasks(owner, ITEMS),
        concurrency=SLOTS,
    )
    while await runs.completed_items(run, 4) == 0:
        await asyncio.sleep(0.02)
    await asyncio.sleep(random.uniform(0, SECONDS))
    pid = supervisor.pid("worker")
    assert pid is not None
    killed = time.monotonic()
    os.kill(pid, signal.SIGKILL)
    held = await _held(run)
    assert held, "the worker held nothing when it was killed"
    while True:
        again = [c.started for c in await rig.calls() if c.started > killed and c.about in held]
        if again:
            return run, min(again) - killed
        await asyncio.sleep(0.05)


async def _held(run: UUID) -> set[str]:
    """Titles of the items that a dead worker had begun and not finished."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select title from run_item where run_id = $1 and status = 'processing'", run
        )
    return {row["title"] for row in rows}
