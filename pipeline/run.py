"""A run as a row: what never changes of it, and the locked whole of it for whoever changes it."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from db.status import RunOrder, RunStatus, StageStatus
from piccolo_conf import DB
from pipeline import queue
from pipeline.options import RunOptions

KEEP_SECONDS = 3 * 86400
"""How long Redis keeps the sets of a run that has ended."""


class RunFacts(msgspec.Struct, frozen=True):
    """What stays the same for a run's whole life."""

    account: UUID
    options: RunOptions
    last_stage: int


async def run_facts(run: UUID) -> RunFacts | None:
    """Account, options and last stage of a run; None if there is no such run."""
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select account_id, options, last_stage from automation_run where id = $1", run
        )
    if row is None:
        return None
    options = msgspec.convert(row["options"], RunOptions)
    return RunFacts(row["account_id"], options, row["last_stage"])


class Run(msgspec.Struct):
    """A locked run: its row's fields that matter here, and the status of its stages."""

    key: queue.RunKey
    status: RunStatus
    version: int
    first: int
    last: int
    order: RunOrder
    concurrency: int
    options: RunOptions
    selected: int
    prepared: bool
    revived_at: Any
    stages: dict[int, StageStatus]
    opened_at: dict[int, Any]

    def unfinished(self) -> int | None:
        """The first stage that is not closed."""
        return next((n for n, s in sorted(self.stages.items()) if s != StageStatus.CLOSED), None)


async def selection(connection: asyncpg.Connection, run: UUID) -> list[UUID]:
    """The rows chosen for the run's first stage; needed only while that stage waits."""
    found: list[UUID] = await connection.fetchval(
        "select selection from automation_run where id = $1", run
    )
    return found


async def lock(connection: asyncpg.Connection, key: queue.RunKey) -> Run | None:
    """The run, its row locked until the caller's transaction ends; None if there is none."""
    row = await connection.fetchrow(
        # No key update: items that enter meanwhile refer to the run, and must not wait for it.
        'select status, version, first_stage, last_stage, "order", concurrency, options, prepared,'
        " selected, revived_at from automation_run where id = $1 and account_id = $2"
        " for no key update",
        key.run,
        key.account,
    )
    if row is None:
        return None
    stages = await connection.fetch(
        "select stage, status, opened_at from run_stage where run_id = $1", key.run
    )
    return Run(
        key=key,
        status=RunStatus(row["status"]),
        version=row["version"],
        first=row["first_stage"],
        last=row["last_stage"],
        order=RunOrder(row["order"]),
        concurrency=row["concurrency"],
        options=msgspec.convert(row["options"], RunOptions),
        selected=row["selected"],
        prepared=row["prepared"],
        revived_at=row["revived_at"],
        stages={s["stage"]: StageStatus(s["status"]) for s in stages},
        opened_at={s["stage"]: s["opened_at"] for s in stages},
    )
