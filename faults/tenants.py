"""Two tenants: one queues very much, the other a little."""

import asyncio
import contextlib
import time

from bench import rows, runs
from bench.figures import quantile
from faults.trial import STAGE, Trial
from pipeline import controls

SMALL = 10
CROWDED = {"TEXT_THREADS": "16"}
"""So that the large tenant can use up all threads of both workers."""
GREEDY = 256
"""Slots that the large tenant asks for: many more than there are threads."""


async def begin_small(trial: Trial) -> None:
    """A first small run, alone: what the others are held against."""
    trial.wanted = SMALL
    await trial.begin()


async def crowd(trial: Trial) -> None:
    """One tenant queues 100,000 articles with more slots than there are threads, another ten."""
    await trial.over()
    alone = [await _seconds(trial) for _ in range(1 if trial.short else 3)]
    large = await rows.account()
    items = await rows.tasks(large, 5_000 if trial.short else 100_000)
    crowd = await controls.start(
        large, first_stage=STAGE, last_stage=STAGE, selection=items, concurrency=GREEDY
    )
    while await runs.completed_items(crowd, STAGE) < SMALL:
        await asyncio.sleep(0.05)
    beside = [await _seconds(trial) for _ in range(1 if trial.short else 5)]
    with contextlib.suppress(controls.IllegalMove):  # it has ended meanwhile
        await controls.cancel(large, crowd)
    trial.measure("ten items alone", quantile(alone, 0.5), "s")
    trial.measure("ten items beside the crowd", quantile(beside, 0.5), "s")
    trial.measure("longest beside the crowd", max(beside), "s")
    ratio = quantile(beside, 0.5) / quantile(alone, 0.5)
    trial.measure("beside the crowd to alone", ratio, "x", most=2)


async def _seconds(trial: Trial) -> float:
    """Seconds of a small run from its start to its end."""
    trial.wanted += 1  # other titles
    items = await rows.tasks(trial.account, trial.wanted)
    began = time.monotonic()
    trial.others.append(await trial.start(items[:SMALL]))
    await trial.over(trial.others[-1])
    return time.monotonic() - began
