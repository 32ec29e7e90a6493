"""Whether a run that has ended adds up: nothing lost, nothing doubled, charged once a success."""

from typing import Any
from uuid import UUID

import msgspec

from bench.figures import Figure, exactly
from piccolo_conf import DB
from pipeline import progress

COUNTS = """
    select stage, count(*) as total,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'failed') as failed,
           count(*) filter (where status in ('queued', 'processing')) as open
    from run_item where run_id = $1 group by stage"""

MADE = """
    select (select count(distinct cluster_id) from keyword where account_id = $1) as s2,
           (select count(*) from content_idea where account_id = $1) as s3,
           (select count(*) from task where account_id = $1) as s4,
           (select count(*) from content where account_id = $1) as s5,
           (select count(*) from image where account_id = $1) as s6,
           (select count(*) from content where account_id = $1) as s7"""
"""How many rows there are of what each stage works on, for an account that had one run."""

DOUBLED = """
    select (select count(*) - count(distinct (run_id, stage, item_id)) from run_item
            where account_id = $1)
         + (select count(*) - count(distinct task_id) from content where account_id = $1)
         + (select count(*) - count(distinct (content_id, kind, position)) from image
            where account_id = $1)"""

CHARGES = """
    select count(c.id) - count(distinct c.item_id) as twice,
           count(*) filter (where i.status = 'completed' and i.price > 0 and c.id is null)
               as unpaid,
           count(*) filter (where i.status <> 'completed' and c.id is not null) as unearned
    from run_item i left join credit_entry c on c.kind = 'charge'
         and c.run_id = i.run_id and c.stage = i.stage and c.item_id = i.item_id
    where i.account_id = $1 group by i.stage"""

LEDGER = """
    select (select balance from account where id = $1) - coalesce(sum(amount), 0) as off,
           coalesce(sum(held), 0) as held from credit_entry where account_id = $1"""


class Counted(msgspec.Struct, frozen=True):
    """What the audit found; every count but `items` should be 0."""

    items: int
    lost: int
    doubled: int
    failed: int
    miscounted: int
    charged_wrongly: int
    ledger_off: int

    def figures(self) -> list[Figure]:
        """As figures with their targets."""
        return [
            Figure("items of all stages", self.items),
            exactly("items lost", self.lost),
            exactly("items doubled", self.doubled),
            exactly("items failed", self.failed),
            exactly("stages whose counts do not add up", self.miscounted),
            exactly("charges that are not one a success", self.charged_wrongly),
            exactly("credits the ledger is off", self.ledger_off),
        ]


async def audit(account: UUID, run: UUID) -> Counted:
    """Count what is wrong with the only run of an account, in PostgreSQL, Redis and the result."""
    async with DB.connection() as connection:
        stages = {row["stage"]: row for row in await connection.fetch(COUNTS, run)}
        made = await connection.fetchrow(MADE, account)
        doubled = await connection.fetchval(DOUBLED, account)
        charges = await connection.fetch(CHARGES, account)
        off, held = await connection.fetchrow(LEDGER, account)
    told = await progress.read(account, run)
    assert told is not None
    entered = {n: abs(made[f"s{n}"] - stages[n]["total"]) for n in stages if n > min(stages)}
    return Counted(
        items=sum(row["total"] for row in stages.values()),
        lost=sum(row["open"] for row in stages.values()) + sum(entered.values()),
        doubled=doubled,
        failed=sum(row["failed"] for row in stages.values()),
        miscounted=sum(not _adds_up(stages.get(s.stage), s) for s in told.stages),
        charged_wrongly=sum(sum(row) for row in charges),
        ledger_off=int(abs(off) + abs(held)),
    )


def _adds_up(row: Any, told: progress.StageProgress) -> bool:
    """Whether ledger, sets and the stage's result say the same."""
    if row is None or told.result is None:
        return False
    stored = (row["total"], row["completed"], row["failed"])
    shown = (told.total, told.completed, told.failed)
    result = (told.result.loaded, told.result.completed, told.result.failed)
    return stored == shown == result and told.pending == told.processing == 0
