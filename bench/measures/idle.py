"""An idle system: how soon a bell leads to a call, and what waiting costs."""

import asyncio
import random
import time
from typing import Any

from dramatiq.middleware import Middleware

from bench import rows, runs
from bench.figures import Figure, distribution
from bench.rig import Rig, spent
from pipeline import controls
from pipeline.broker import broker

NAME = "idle"
CONDITIONS = "runs of one article, each started when the one before it has ended; then silence"


class Bells(Middleware):  # type: ignore[misc]
    """Notes when this process sends a bell."""

    rung = 0.0

    def before_enqueue(self, broker: Any, message: Any, delay: Any) -> None:
        self.rung = time.monotonic()


async def measure(rig: Rig, short: bool) -> list[Figure]:
    """Latency from the bell and from the call of `start`; CPU while nothing is to be done."""
    bells = Bells()
    broker.add_middleware(bells)
    from_bell, from_start = [], []
    async with rig.system():
        owner = await rows.account()
        for task in await rows.tasks(owner, 10 if short else 200):
            await rig.answer(replay=1)
            await asyncio.sleep(random.uniform(0.05, 0.3))
            began = time.monotonic()
            run = await controls.start(owner, first_stage=4, last_stage=4, selection=[task])
            rung = bells.rung
            await runs.finished(run)
            first = (await rig.calls())[0].started
            from_bell.append((first - rung) * 1000)
            from_start.append((first - began) * 1000)
        await asyncio.sleep(2)
        seconds = 3.0 if short else 30.0
        before = rig.cpu()
        await asyncio.sleep(seconds)
        cpu = spent(before, rig.cpu())
    broker.middleware.remove(bells)
    limits = {"worker": 1.0, "images": 1.0}
    return [
        *distribution("bell to first provider call", from_bell, "ms", p50=15.0),
        *distribution("start call to first provider call", from_start, "ms"),
        *(
            Figure(f"idle CPU of {name}", 100 * cpu[name] / seconds, "%", most=limits.get(name))
            for name in ("worker", "images", "keeper", "redis", "postgres")
        ),
    ]
