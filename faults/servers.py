"""Faults of Redis and PostgreSQL: emptied, killed, restarted, restarted again and again."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

from faults.trial import Trial
from pipeline import connections
from pipeline.local.servers import REVIVAL_GAP


async def flushall(trial: Trial) -> None:
    """FLUSHALL in mid-stage."""
    await trial.mid_stage()
    await connections.state().flushall()
    trial.hit()


async def restart_redis(trial: Trial) -> None:
    """kill -9 of Redis; it starts again with its file."""
    await trial.mid_stage()
    trial.hit()
    await _kill_and_revive(trial, "redis")


async def restart_redis_empty(trial: Trial) -> None:
    """kill -9 of Redis; it starts again without its file."""
    await trial.mid_stage()
    trial.hit()
    pid = trial.rig.servers.pid("redis")
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await _gone(trial, "redis")
    shutil.rmtree(Path(trial.rig.folder) / "var" / "redis" / "appendonlydir", ignore_errors=True)
    await _revived(trial, "redis")


async def restart_postgres(trial: Trial) -> None:
    """PostgreSQL is restarted at once (SIGQUIT: as after a crash), three times, seconds apart."""
    await trial.mid_stage()
    trial.hit()
    for _ in range(3):
        await _kill_and_revive(trial, "postgres", signal.SIGQUIT)
        await asyncio.sleep(trial.rng.uniform(1, 3))


async def _kill_and_revive(
    trial: Trial, name: str, number: signal.Signals = signal.SIGKILL
) -> None:
    pid = trial.rig.servers.pid(name)
    assert pid is not None
    os.kill(pid, number)
    await _gone(trial, name)
    await _revived(trial, name)


async def _gone(trial: Trial, name: str) -> None:
    while trial.rig.servers.pid(name) is not None:
        await asyncio.sleep(0.02)


async def _revived(trial: Trial, name: str) -> None:
    for _ in range(round((REVIVAL_GAP + 30) / 0.1)):
        await asyncio.to_thread(trial.rig.servers.revive)
        if trial.rig.servers.pid(name) is not None:
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{name} did not start again")
