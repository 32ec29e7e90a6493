"""A new version is rolled out: old and new processes side by side, items longer than the grace."""

import asyncio
import os
import signal
import time
from functools import partial

from bench import web
from faults.processes import asker
from faults.trial import PATIENCE, PLAIN, WORKERS, Trial

LONG, LONG_SHORT = 60.0, 6.0
"""Seconds of an item, longer than the five that a worker gives its threads to end."""


async def rolling(trial: Trial) -> None:
    """Each worker, the keeper and the API are stopped politely while new ones already work."""
    await trial.mid_stage()
    trial.hit()
    drained = []
    for name in WORKERS:
        trial.rig.start(f"new {name}", *PLAIN)
        drained.append(await _stop(trial, name))
    trial.rig.stop("keeper")
    trial.rig.start("keeper", "-m", "pipeline.keeper")
    trial.rig.stop("web")
    await web.start(trial.rig, trial.port)
    trial.measure("time to drain a worker", max(drained), "s", most=12)
    await trial.over()
    trial.rig.stop(*(f"new {name}" for name in WORKERS))


async def begin_long(trial: Trial) -> None:
    """A run of items that take long."""
    trial.wanted, trial.seconds = 8, LONG_SHORT if trial.short else LONG
    await trial.begin()


async def outlast_grace(trial: Trial) -> None:
    """A worker is stopped politely while it holds items of 60 s, longer than the grace."""
    await trial.until(lambda: _is_asked(trial))
    await asyncio.sleep(trial.rng.uniform(0, 1))
    name = await _one_that_asks(trial)
    trial.hit()
    stopped = time.monotonic()
    trial.measure("time to drain a worker", await _stop(trial, name), "s", most=12)
    held = {call.about for call in await trial.rig.calls() if call.started < stopped}

    async def again() -> bool:
        calls = await trial.rig.calls()
        starts = [c.started for c in calls if c.started > stopped and c.about in held]
        if starts:
            trial.measure("until an item was taken up again", min(starts) - stopped, "s", most=10)
        return bool(starts) or not await trial.active()

    await trial.until(again, 15)
    await trial.until(partial(_has_ended, trial), 2 * trial.seconds + PATIENCE)
    calls = await trial.rig.calls()
    trial.measure("calls made again", len(calls) - len({call.about for call in calls}))


async def _has_ended(trial: Trial) -> bool:
    return not await trial.active()


async def _is_asked(trial: Trial) -> bool:
    calls = await trial.rig.calls()
    return sum(call.ended is None for call in calls) >= trial.slots // 2


async def _one_that_asks(trial: Trial) -> str:
    """A worker with a call in flight: the other may hold nothing."""
    call = trial.rng.choice([call for call in await trial.rig.calls() if call.ended is None])
    names = {trial.pid(name): name for name in WORKERS}
    pid = await asyncio.to_thread(asker, call.port, list(names))
    return names[pid] if pid in names else trial.rng.choice(WORKERS)


async def _stop(trial: Trial, name: str) -> float:
    """SIGTERM; seconds until the process has gone. The supervisor starts another one."""
    pid, asked = trial.pid(name), time.monotonic()
    os.kill(pid, signal.SIGTERM)

    async def gone() -> bool:
        return trial.crew[name].pid("worker") != pid

    await trial.until(gone, 30)
    return time.monotonic() - asked
