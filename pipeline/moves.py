"""Which moves a person can make with a run, from where it stands."""

import asyncpg

from db.status import RunStatus, StageStatus
from pipeline.run import Run


def moves_of(status: RunStatus, *, halted: bool) -> list[str]:
    """What can be done with a run; a failed one is `halted` when it was stopped with work left."""
    return {
        RunStatus.RUNNING: ["pause", "cancel", "retry"],
        RunStatus.PAUSED: ["resume", "cancel", "retry"],
        RunStatus.FAILED: ["resume", "cancel", "retry"] if halted else ["retry"],
    }.get(status, ["retry"])


async def was_halted(connection: asyncpg.Connection, run: Run) -> bool:
    """Whether a failed run was stopped with work left: it did not fail with every item."""
    stage = await connection.fetchval(
        "select (error ->> 'stage')::int from automation_run where id = $1", run.key.run
    )
    return stage is None or run.stages.get(stage) != StageStatus.CLOSED
