"""Redis is full: it refuses what would need memory. And one that would evict instead."""

import asyncio
import os
import subprocess
import sys
import time
from functools import partial

from faults.partitions import count_effects, measure_resumed
from faults.trial import PLAIN, Trial
from pipeline import connections
from pipeline.local.owner import free_port

TINY = 1
"""Bytes: less than Redis needs without any data."""
STAYS, STAYS_SHORT = 40.0, 6.0
SAID = "memory > 'maxmemory'"
"""In what Redis answers then."""
NAMES_IT = b"maxmemory-policy"


async def fill_redis(trial: Trial) -> None:
    """Redis has reached its memory limit (noeviction) for 40 s; then there is room again."""
    stays = STAYS_SHORT if trial.short else STAYS
    told_before = _told_in_log(trial)
    await trial.mid_stage()
    await connections.state().config_set("maxmemory", TINY)
    full = time.monotonic()
    try:
        await trial.until(partial(_is_told, trial), 30)
        trial.measure("until readiness told it", time.monotonic() - full, "s", most=30)
        await asyncio.sleep(max(0.0, full + stays - time.monotonic()))
    finally:
        await connections.state().config_set("maxmemory", 0)
    trial.hit()
    trial.measure("lines of workers' logs about it", _told_in_log(trial) - told_before, least=1)
    await measure_resumed(trial)
    await trial.over()
    await count_effects(trial)


def _told_in_log(trial: Trial) -> int:
    log = trial.rig.folder / "worker.log"
    return log.read_text(errors="replace").lower().count(SAID) if log.exists() else 0


async def _is_told(trial: Trial) -> bool:
    ready = await trial.web.ask("GET", "/health/ready")
    return ready.status == 503 and b"Redis is full" in ready.body


async def wrong_policy(trial: Trial) -> None:
    """Redis would evict keys when it is full: processes refuse to start with it, and say why."""
    await trial.mid_stage()
    trial.hit()
    for policy in ("allkeys-lru", "volatile-ttl"):
        await connections.state().config_set("maxmemory-policy", policy)
        try:
            for words in (PLAIN, ("-m", "pipeline.keeper"), ("-m", "api.serve")):
                refused = await asyncio.to_thread(_refuses, words)
                trial.count(f"starts of {words[1]} with {policy}", int(not refused))
        finally:
            await connections.state().config_set("maxmemory-policy", "noeviction")
    await trial.over()


def _refuses(words: tuple[str, ...]) -> bool:
    command = [sys.executable, *words]
    environment = {**os.environ, "PORT": str(free_port())}
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode != 0 and NAMES_IT in ended.stdout + ended.stderr
