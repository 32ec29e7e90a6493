"""A backup of PostgreSQL is restored while Redis still holds what came after it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from uuid import UUID

from bench import rows, runs, web
from bench.rig import Rig
from db.piccolo_app import APP_CONFIG
from db.status import RunStatus
from faults.trial import PLAIN, STAGE, Trial
from pipeline import broker, connections, controls, queue
from pipeline.local.places import places
from pipeline.queue import RunKey

TABLES = [table._meta.tablename for table in APP_CONFIG.table_classes]
FEW = 6


async def begin_two(trial: Trial) -> None:
    """A run, and a small one that will have ended by the time of the restore."""
    await trial.begin()
    trial.others = [await trial.start(await rows.tasks(trial.account, FEW))]


async def restore(trial: Trial) -> None:
    """PostgreSQL goes back to a backup while Redis keeps what came after it.

    After the backup a run was paused and resumed, one ended, and one began that the backup does
    not know.
    """
    trial.may_retry = True  # what ended after the backup is open again
    await trial.mid_stage()
    backup = trial.rig.folder / "backup.sql"
    wanted = ["--disable-triggers", *(f"--table={name}" for name in TABLES)]
    await asyncio.to_thread(_run, trial.rig, "pg_dump", "--data-only", f"--file={backup}", *wanted)
    await controls.pause(trial.account, trial.run)
    await controls.resume(trial.account, trial.run)
    trial.slots = 1  # it will not have ended by the time of the restore
    ghost = await trial.start(await rows.tasks(trial.account, trial.wanted + 1))
    await trial.until(lambda: _has_completed(ghost))
    await trial.over(trial.others[0])
    for supervisor in trial.crew.values():
        supervisor.stop()
    trial.rig.stop("keeper", "web")
    began = await _claims(trial, ghost)
    await broker.ring(STAGE, trial.account, ghost, FEW)  # messages that the backup knows nothing of
    await asyncio.to_thread(_restore, trial.rig, backup)
    trial.rig.start("keeper", "-m", "pipeline.keeper")
    await web.start(trial.rig, trial.port)
    for supervisor in trial.crew.values():
        supervisor.add("worker", [sys.executable, *PLAIN])
    trial.hit()
    for run in trial.runs:
        await trial.over(run)
    trial.count("claims of a run that is gone", await _claims(trial, ghost) - began)
    await trial.until(lambda: _is_gone(trial, ghost), 15)
    trial.count("runs that only Redis knows", not await _is_gone(trial, ghost))


def _restore(rig: Rig, backup: Path) -> None:
    """All tables as they were, in one transaction."""
    empty = "truncate " + ", ".join(f'"{name}"' for name in TABLES)
    _run(rig, "psql", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-c", empty, "-f", str(backup))


def _run(rig: Rig, program: str, *arguments: str) -> None:
    binary = places(rig.folder / "var").binaries / program
    words: list[str | Path] = [binary, "-d", os.environ["DATABASE_URL"], *arguments]
    subprocess.run(words, check=True, capture_output=True)


async def _has_completed(run: UUID) -> bool:
    return await runs.completed_items(run, STAGE) > 0


async def _claims(trial: Trial, run: UUID) -> int:
    """How often items of a run were claimed, by Redis."""
    key = RunKey(trial.account, run).meta.removesuffix("meta") + f"s{STAGE}:attempts"
    return sum(int(count) for count in await connections.state().hvals(key))


async def _is_gone(trial: Trial, run: UUID) -> bool:
    return await queue.status(RunKey(trial.account, run)) != RunStatus.RUNNING
