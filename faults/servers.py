"""Faults of Redis and PostgreSQL: emptied, killed, restarted, restarted again and again."""

import asyncio
import os
import shutil
import signal
import time
from functools import partial
from pathlib import Path

from bench import rows, runs
from faults.invariants import SETS
from faults.trial import STAGE, Trial
from faults.watching import AWAY
from piccolo_conf import DB
from pipeline import connections, controls
from pipeline.local.servers import REVIVAL_GAP
from pipeline.queue import RunKey

MANY, MANY_SHORT = 10_000, 1_000
UNQUIET = 180.0
"""Seconds in which PostgreSQL is restarted again and again."""


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
    folder = Path(trial.rig.folder) / "var" / "redis"
    shutil.rmtree(folder / "appendonlydir", ignore_errors=True)
    (folder / "appendonly.aof").unlink(missing_ok=True)  # before Redis 7
    await _revived(trial, "redis")


async def begin_many(trial: Trial) -> None:
    """Start a run over 10,000 articles."""
    trial.wanted = MANY_SHORT if trial.short else MANY
    await trial.begin()


async def rebuild_many(trial: Trial) -> None:
    """Redis is killed and comes back without its file, in a run of 10,000 articles."""
    trial.may_cancel = True
    await trial.mid_stage()
    await restart_redis_empty(trial)
    back = time.monotonic()
    await trial.until(partial(_knows_all, trial))
    trial.measure(f"rebuilt {trial.wanted:,} items in", time.monotonic() - back, "s", most=10)
    trial.count("items not known again", trial.wanted - await _known(trial))
    await asyncio.sleep(1.0)
    await controls.cancel(trial.account, trial.run)


async def _knows_all(trial: Trial) -> bool:
    try:
        return await _known(trial) == trial.wanted
    except AWAY:
        return False


async def _known(trial: Trial) -> int:
    base = RunKey(trial.account, trial.run).meta.removesuffix("meta")
    counts = [await connections.state().scard(f"{base}s{STAGE}:{name}") for name in SETS]
    return int(sum(counts))


async def restart_postgres(trial: Trial) -> None:
    """PostgreSQL is restarted as after a crash (SIGQUIT), every 5 to 40 s, for three minutes."""
    await trial.mid_stage()
    trial.hit()
    if trial.short:
        await _restart_again_and_again(trial, time.monotonic() + 4, (1, 3))
        return
    began = time.monotonic()
    await trial.over()
    quiet = trial.wanted / (time.monotonic() - began)
    items = await rows.tasks(trial.account, round(quiet * UNQUIET))
    began = time.monotonic()
    trial.others.append(await trial.start(items))
    await _restart_again_and_again(trial, began + UNQUIET, (5, 40))
    done = await runs.completed_items(trial.runs[-1], STAGE)
    kept = 100 * done / (time.monotonic() - began) / quiet
    trial.measure("throughput kept", kept, "%", least=50)
    await trial.until(partial(_has_ended, trial), 2 * UNQUIET)


async def _has_ended(trial: Trial) -> bool:
    return not await trial.active(trial.runs[-1])


async def _restart_again_and_again(trial: Trial, until: float, apart: tuple[float, float]) -> None:
    while time.monotonic() < until:
        await _kill_and_revive(trial, "postgres", signal.SIGQUIT)
        await asyncio.sleep(trial.rng.uniform(*apart))
    await trial.until(_postgres_answers, 60)


async def _postgres_answers() -> bool:
    try:
        async with DB.connection() as connection:
            return bool(await connection.fetchval("select true"))
    except AWAY:
        return False


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
