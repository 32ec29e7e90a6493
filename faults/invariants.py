"""What must hold after any fault, as counts that are 0: rows, sets, money, clients."""

import asyncio
import time
from typing import Any
from uuid import UUID

import msgspec

from bench.audit import CHARGES, LEDGER
from faults.client import Client
from faults.trial import Trial
from faults.watching import ENDED, Item, Watcher, statuses
from piccolo_conf import DB
from pipeline import connections
from pipeline.queue import RunKey

SETTLE_PATIENCE = 25.0
"""Seconds in which Redis must say what PostgreSQL says: the keeper compares every ten."""
SETS = ("pending", "processing", *ENDED)


class Broken(msgspec.Struct):
    """How often each invariant was broken."""

    stuck: int = 0
    lost: int = 0
    doubled: int = 0
    charged_wrongly: int = 0
    ledger_off: int = 0
    changed_after_end: int = 0
    bar_fell: int = 0
    client_differs: int = 0
    redis_differs: int = 0
    failed: int = 0

    def total(self) -> int:
        """All of them."""
        return sum(msgspec.structs.astuple(self))


async def check(trial: Trial, ended: bool, watcher: Watcher, client: Client) -> Broken:
    """Count what is wrong with the runs of a trial."""
    broken = Broken(stuck=not ended)
    for run in trial.runs:
        now = await statuses(run)
        broken.lost += sum(s not in ENDED for s in now.values())
        if not trial.may_cancel:
            broken.lost += sum(s == "cancelled" for s in now.values())
        broken.failed += await _failed(trial, run)
        broken.redis_differs += await _until_equal(trial, run, now)
    first = {item for _, item in await statuses(trial.run)}
    if first or not trial.may_cancel:  # a run cancelled before its stage opened has no items
        broken.lost += len(set(trial.items) - first)
    broken.changed_after_end = 0 if trial.may_retry else watcher.changed
    broken.bar_fell = 0 if trial.may_retry else watcher.fell
    await _check_money(trial, broken)
    broken.client_differs = await client.differs(SETTLE_PATIENCE)
    return broken


async def _failed(trial: Trial, run: UUID) -> int:
    async with DB.connection() as connection:
        rows: list[Any] = await connection.fetch(
            "select title from run_item where run_id = $1 and status = 'failed'", run
        )
    return sum(row["title"] not in trial.may_fail for row in rows)


async def _check_money(trial: Trial, broken: Broken) -> None:
    async with DB.connection() as connection:
        charges: list[Any] = await connection.fetch(CHARGES, trial.account)
        off, held = await connection.fetchrow(LEDGER, trial.account)
        broken.doubled = await connection.fetchval(
            "select count(*) - count(distinct task_id) from content where account_id = $1",
            trial.account,
        )
    broken.charged_wrongly = sum(sum(abs(n) for n in row) for row in charges)
    broken.ledger_off = int(abs(off) + abs(held))


async def _until_equal(trial: Trial, run: UUID, now: dict[Item, str]) -> int:
    """Items that the sets hold otherwise than the rows, once the keeper has had its time."""
    give_up = time.monotonic() + SETTLE_PATIENCE
    while (wrong := await _set_errors(trial, run, now)) and time.monotonic() < give_up:
        await asyncio.sleep(0.3)
    return wrong


async def _set_errors(trial: Trial, run: UUID, now: dict[Item, str]) -> int:
    base = RunKey(trial.account, run).meta.removesuffix("meta")
    sets: dict[Item, list[str]] = {}
    for stage in {stage for stage, _ in now}:
        for name in SETS:
            members: Any = await connections.state().smembers(f"{base}s{stage}:{name}")
            for member in members:
                sets.setdefault((stage, UUID(member.decode())), []).append(name)
    ghosts = len(sets.keys() - now.keys())
    return ghosts + sum(sets.get(item) != [status] for item, status in now.items())
