"""A partition: what is sent waits in the net, nothing comes back, and nobody is told."""

import asyncio
import time
from collections.abc import Sequence

from bench import runs
from faults.lines import REST
from faults.proxy import Proxy
from faults.trial import STAGE, WORKERS, Trial

LASTS, LASTS_SHORT = 60.0, 10.0
STILL = 3.0
"""Seconds after which a partitioned worker begins nothing more."""


async def partition_redis(trial: Trial) -> None:
    """Both workers are parted from Redis for 60 s; the keeper and the API are not."""
    await _partition(trial, [trial.lines[name].redis for name in WORKERS])


async def partition_one(trial: Trial) -> None:
    """One of two workers is parted from Redis for 60 s, and the other takes its items over."""
    name = trial.rng.choice(WORKERS)
    await _partition(trial, [trial.lines[name].redis], told=False)


async def partition_postgres(trial: Trial) -> None:
    """Everybody is parted from PostgreSQL for 60 s."""
    await _partition(trial, [trial.lines[name].postgres for name in (*WORKERS, REST)])


async def _partition(trial: Trial, proxies: Sequence[Proxy], told: bool = True) -> None:
    lasts = LASTS_SHORT if trial.short else LASTS
    await trial.mid_stage()
    for proxy in proxies:
        proxy.stall()
    parted = time.monotonic()
    await asyncio.sleep(lasts - 1)
    if told:
        ready = await trial.web.ask("GET", "/health/ready")
        trial.count("partitions that readiness does not tell", int(ready.status != 503))
    await asyncio.sleep(max(0.0, parted + lasts - time.monotonic()))
    if told:
        begun = [call.started for call in await trial.rig.calls()]
        trial.count("calls begun while parted", sum(at > parted + STILL for at in begun))
    for proxy in proxies:
        proxy.flowing.set()
    trial.hit()
    await measure_resumed(trial)
    await trial.over()
    await count_effects(trial)


async def measure_resumed(trial: Trial, most: float | None = 10.0) -> None:
    """How long it takes from now until one more item is completed, if any is left."""
    target = {} if most is None else {"most": most}
    began, before = time.monotonic(), await runs.completed_items(trial.run, STAGE)

    async def going_on() -> bool:
        more = await runs.completed_items(trial.run, STAGE) > before
        return more or not await trial.active()

    await trial.until(going_on)
    trial.measure("resumed after", time.monotonic() - began, "s", **target)


async def count_effects(trial: Trial) -> None:
    """How many articles there are for each item that is completed."""
    written = await trial.fetch("select 1 from content where account_id = $1", trial.account)
    done = await runs.completed_items(trial.run, STAGE)
    trial.measure("effects per item", len(written) / max(1, done), most=1, least=1)
