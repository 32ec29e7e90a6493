"""Faults of processes: killed, killed together, frozen, stopped politely, poisoned, no keeper."""

import asyncio
import contextlib
import os
import signal
import time

import psutil

from db.status import GenerationStatus
from faults import provider
from faults.partitions import count_effects
from faults.trial import STAGE, WORKERS, Trial
from faults.watching import statuses
from pipeline.settings import settings

AWAKE = 2.0
"""Seconds in which a worker that stood still tries to save what it has."""


async def kill_one(trial: Trial) -> None:
    """kill -9 of a worker in mid item."""
    await trial.mid_stage()
    trial.hit()
    trial.signal(signal.SIGKILL, trial.rng.choice(WORKERS))


async def kill_all(trial: Trial) -> None:
    """kill -9 of all workers together."""
    await trial.mid_stage()
    trial.signal(signal.SIGKILL, *WORKERS)
    trial.hit()
    killed = time.monotonic()

    async def begun() -> bool:
        starts = [c.started - killed for c in await trial.rig.calls() if c.started > killed]
        if starts:
            trial.measure("until a call began again", min(starts), "s", most=10)
        return bool(starts) or not await trial.active()

    await trial.until(begun)


async def freeze(trial: Trial) -> None:
    """A worker stands still for five leases, then goes on: what it saves late is refused."""
    await trial.mid_stage()
    name = trial.rng.choice(WORKERS)
    trial.signal(signal.SIGSTOP, name)
    try:
        trial.hit()
        await asyncio.sleep((2 if trial.short else 5) * settings().lease_seconds)
    finally:
        trial.signal(signal.SIGCONT, name)
    await trial.over()
    await asyncio.sleep(AWAKE)
    refused = await provider.repeated(trial.rig)
    trial.measure("results that came late and were refused", refused)
    await count_effects(trial)


async def stop_politely(trial: Trial) -> None:
    """SIGTERM of a worker while it holds items, as when a new version is rolled out."""
    await trial.mid_stage()
    trial.hit()
    trial.signal(signal.SIGTERM, trial.rng.choice(WORKERS))


async def kill_keeper(trial: Trial) -> None:
    """kill -9 of a worker and of the keeper; another keeper starts."""
    await trial.mid_stage()
    trial.rig.processes["keeper"].kill()
    trial.signal(signal.SIGKILL, trial.rng.choice(WORKERS))
    trial.hit()
    trial.rig.stop("keeper")
    trial.rig.start("keeper", "-m", "pipeline.keeper")


async def poison(trial: Trial) -> None:
    """An item kills the process that asks about it, each time; only it may fail."""
    title = trial.titles[0]
    trial.may_fail = {title}
    seen = workers = children = 0
    while await trial.active():
        asked = [call for call in await trial.rig.calls() if call.about == title]
        for call in asked[seen:]:
            mine = [trial.pid(name) for name in WORKERS]
            pid = await asyncio.to_thread(asker, call.port, mine)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                trial.hit()
                workers += pid in mine
                children += pid not in mine
        seen = len(asked)
        ended = (await statuses(trial.run)).get((STAGE, trial.items[0]))
        if ended == GenerationStatus.FAILED:
            break
        await asyncio.sleep(0.02)
    trial.measure("workers it killed", workers, most=1)
    trial.measure("processes of its own it killed", children, most=1)


def asker(port: int, workers: list[int]) -> int | None:
    """The worker, or its child, that holds the connection from this port."""
    for worker in map(psutil.Process, workers):
        for process in (*reversed(worker.children(recursive=True)), worker):
            with contextlib.suppress(psutil.Error):
                if any(c.laddr.port == port for c in process.net_connections("tcp")):
                    return int(process.pid)
    return None
