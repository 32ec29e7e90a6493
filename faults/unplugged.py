"""The cable of a worker's machine is pulled out: no packet passes, no connection is closed."""

import asyncio
import time
from functools import partial

from faults.namespaces import namespace_of
from faults.partitions import LASTS, LASTS_SHORT, count_effects, measure_resumed
from faults.trial import WORKERS, Trial
from pipeline import connections
from pipeline.heartbeat import ALIVE_KEY

HOST = ("-m", "faults.shims.host")
HOSTED = ((*HOST, namespace_of(WORKERS[0]), "text"), (*HOST, namespace_of(WORKERS[1]), "text"))


async def unplug_one(trial: Trial) -> None:
    """Two machines with a worker each; the cable of one is out for 60 s, the other goes on."""
    await _unplug(trial, trial.rng.choice(WORKERS))


async def unplug_all(trial: Trial) -> None:
    """Two machines with a worker each; the cables of both are out for 60 s."""
    await _unplug(trial, *WORKERS)


async def _unplug(trial: Trial, *names: str) -> None:
    await trial.mid_stage()
    for name in names:
        trial.hosts[name].unplug()
    if len(names) < len(WORKERS):
        trial.hit()
        await measure_resumed(trial)
    await asyncio.sleep(LASTS_SHORT if trial.short else LASTS)
    for name in names:
        trial.count("unplugged workers that are heard", int(await _is_heard(trial, name)))
        trial.hosts[name].plug()
    plugged = time.monotonic()
    if len(names) == len(WORKERS):
        trial.hit()
    for name in names:
        await trial.until(partial(_is_heard, trial, name))
    trial.measure("heard again after", time.monotonic() - plugged, "s", most=10)
    if len(names) == len(WORKERS):
        await measure_resumed(trial)
    await trial.over()
    await count_effects(trial)


async def _is_heard(trial: Trial, name: str) -> bool:
    pid = trial.crew[name].pid("worker")  # None while the supervisor waits to start it again
    return pid is not None and bool(await connections.state().keys(f"{ALIVE_KEY}*:{pid}"))
