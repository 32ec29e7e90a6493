"""What events leave out and clients want: rows made by outcomes, progress, balance.

Read from PostgreSQL and Redis for a whole frame at once, and only while somebody listens, so that
saving an outcome costs nothing more. What cannot be read in time is told later, or told as many.
"""

import asyncio
import logging
from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from api.coalescing import Changes
from api.frames import CreditsChanged, Progressed
from db.engine import TRANSIENT
from piccolo_conf import DB
from pipeline import progress
from pipeline.connections import UNREACHABLE
from pipeline.events import MAX_IDS

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds that a frame waits for what is to go with it."""
STEPS = 20
"""Lines of the step log that are sent along, the newest."""
AWAY = (*TRANSIENT, *UNREACHABLE, asyncpg.PostgresError)

MADE = f"""
    (select 'cluster' as table, cluster_id as id from keyword
     where account_id = $1 and id = any($2) and cluster_id is not null
     union
     select 'idea', id from content_idea where account_id = $1 and cluster_id = any($3)
     union all
     select 'task', id from task where account_id = $1 and idea_id = any($4)
     union all
     select 'content', id from content where account_id = $1 and task_id = any($5)
     union all
     select 'idea', idea_id from task where account_id = $1 and id = any($5)
     union all
     select 'image', id from image where account_id = $1 and content_id = any($6))
    limit {3 * MAX_IDS + 1}
"""


async def add_made(account: UUID, changes: Changes) -> None:
    """Add the rows that completed items made or changed beside their own."""
    completed = changes.completed
    if not completed:
        return
    if sum(map(len, completed.values())) > MAX_IDS:
        changes.made(None)
        return
    try:
        async with asyncio.timeout(PATIENCE), DB.connection() as connection:
            rows = await connection.fetch(
                MADE, account, *(completed.get(n, []) for n in range(1, 6))
            )
    except AWAY as error:
        log.warning("account %s: rows made cannot be named: %r", account, error)
        changes.made(None)
        return
    changes.made([tuple(row) for row in rows] if len(rows) <= 3 * MAX_IDS else None)


async def progress_of(account: UUID, runs: Iterable[UUID]) -> dict[UUID, Progressed | None]:
    """The progress of runs; None for one that is gone, nothing for one that cannot be read now."""
    wanted = list(runs)
    found = await asyncio.gather(*(_progress(account, run) for run in wanted))
    return {run: got for run, (known, got) in zip(wanted, found, strict=True) if known}


async def _progress(account: UUID, run: UUID) -> tuple[bool, Progressed | None]:
    """Whether it could be read, and what was read."""
    try:
        async with asyncio.timeout(PATIENCE):
            now = await progress.read(account, run)
    except AWAY as error:
        log.warning("run %s: its progress cannot be read: %r", run, error)
        return False, None
    if now is None:
        return True, None
    return True, Progressed(run, msgspec.structs.replace(now, steps=now.steps[-STEPS:]))


async def balance_of(account: UUID) -> CreditsChanged | None:
    """What the account can spend; None if it cannot be read now."""
    try:
        async with asyncio.timeout(PATIENCE), DB.connection() as connection:
            balance = await connection.fetchval(
                "select balance from account where id = $1", account
            )
    except AWAY as error:
        log.warning("account %s: the balance cannot be read: %r", account, error)
        return None
    return None if balance is None else CreditsChanged(balance)
