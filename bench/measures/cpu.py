"""CPU of an article: all our processes, next to a bare Dramatiq actor that only calls the SDK.

The two are measured in short rounds, one after the other, and each round of ours is held against
the bare round that follows it: a machine that others slow down slows both.
"""

import asyncio
import importlib
from statistics import median
from uuid import UUID

from bench import rows, runs
from bench.figures import Figure
from bench.rig import Rig, spent
from pipeline import controls

NAME = "cpu"
CONDITIONS = (
    "stage 4, articles of 1,000 words without delay, 64 at once; median of 9 rounds, in turns"
)

SLOTS = 64
OURS = ("worker", "images", "keeper")
BESIDE = ("postgres", "redis")


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """Milliseconds an item of ours and of the bare actor, in turns."""
    count, rounds = (128, 1) if short else (512, 9)
    ours, bare = [], []
    async with rig.system():
        owner = await rows.account()
        rig.start("bare", "-m", "dramatiq", "bench.bare_actor", "-p", "1", "-t", str(SLOTS))
        await _ours(rig, owner, 2 * SLOTS)
        await _bare(rig, 2 * SLOTS)
        for _ in range(rounds):
            ours.append(await _ours(rig, owner, count))
            bare.append(await _bare(rig, count))
    mine = [sum(cpu[name] for name in OURS) for cpu in ours]
    ratios = [one / other for one, other in zip(mine, bare, strict=True)]
    return [
        Figure("CPU an item to that of the bare actor", median(ratios), most=1.5),
        Figure("the same, least of the rounds", min(ratios)),
        Figure("the same, most of the rounds", max(ratios)),
        Figure("CPU an item, bare actor", median(bare), "ms"),
        Figure("CPU an item, ours together", median(mine), "ms"),
        *(
            Figure(f"CPU an item, {name}", median(cpu[name] for cpu in ours), "ms")
            for name in (*OURS, *BESIDE)
        ),
    ]


async def _ours(rig: Rig, owner: UUID, count: int) -> dict[str, float]:
    """CPU milliseconds an item by process, over a run of one stage."""
    chosen = await rows.tasks(owner, count)
    await rig.answer(replay=1)
    before = rig.cpu()
    run = await controls.start(
        owner, first_stage=4, last_stage=4, selection=chosen, concurrency=SLOTS
    )
    await runs.finished(run)
    return {name: 1000 * used / count for name, used in spent(before, rig.cpu()).items()}


async def _bare(rig: Rig, count: int) -> float:
    """CPU milliseconds a message."""
    await rig.answer(replay=1)
    actor = importlib.import_module("bench.bare_actor").write  # sets a broker, so not at the top
    before = rig.cpu()
    await asyncio.to_thread(lambda: [actor.send() for _ in range(count)])
    while sum(call.ended is not None for call in await rig.calls()) < count:
        await asyncio.sleep(0.2)
    return float(1000 * spent(before, rig.cpu())["bare"] / count)
