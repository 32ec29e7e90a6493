"""Whether every success was charged once and nothing else was: counts over all accounts.

The items, the ledger and the rows that were made are read apart and compared, so that no part of
the engine vouches for itself.
"""

from typing import Any

import msgspec

from piccolo_conf import DB

ITEMS = """
    select count(*) as items,
           count(*) filter (where status = 'completed') as succeeded,
           count(*) filter (where status = 'failed') as failed,
           count(*) filter (where status = 'cancelled') as cancelled,
           count(*) filter (where status in ('queued', 'processing')) as unended,
           count(*) filter (where status = 'completed' and price = 0) as free
    from run_item"""

CHARGES = """
    select count(c.id) as charges,
           count(c.id) - count(distinct (c.run_id, c.stage, c.item_id))
               filter (where c.id is not null) as charged_twice,
           count(*) filter (where i.status = 'completed' and c.id is null) as not_charged,
           count(*) filter (where c.id is not null and i.status is distinct from 'completed')
               as charged_without_success,
           count(*) filter (where c.id is not null and -c.held <> i.price) as charged_wrong_price
    from run_item i full join (select * from credit_entry where kind = 'charge') c
         on c.run_id = i.run_id and c.stage = i.stage and c.item_id = i.item_id"""

LEDGER = """
    with ledger as (
        select account_id, sum(amount) as amount, sum(held) as held,
               sum(amount) filter (where kind = 'top_up') as paid_in
        from credit_entry group by account_id),
    earned as (
        select account_id, sum(price) as price from run_item where status = 'completed'
        group by account_id)
    select count(*) filter (where a.balance <> l.amount) as ledgers_off,
           count(*) filter (where l.held <> 0) as accounts_still_holding,
           count(*) filter (where l.paid_in - a.balance <> coalesce(e.price, 0))
               as accounts_that_paid_otherwise,
           sum(coalesce(e.price, 0))::bigint as credits
    from account a join ledger l on l.account_id = a.id left join earned e on e.account_id = a.id"""

HOLDING = """
    select count(*) from (
        select 1 from credit_entry where run_id is not null
        group by run_id, stage having sum(held) <> 0) as holding"""

MADE = """
    select (select count(*) from keyword r where cluster_id is not null and not {done_1})
         + (select count(*) from content_idea r where not {done_2})
         + (select count(*) from task r where not {done_3})
         + (select count(*) from content r where not {done_4})
         + (select count(*) from image r where not {done_5})
         + (select count(*) from image r where path is not null and not {done_6})"""
"""Rows that were made though no item that makes them has succeeded."""

SOURCES = {1: "id", 2: "cluster_id", 3: "idea_id", 4: "task_id", 5: "content_id", 6: "id"}
DONE = """exists (select from run_item i where i.stage = {stage} and i.item_id = r.{source}
    and i.status = 'completed')"""

MISSING = """
    select count(*) from run_item i where status = 'completed' and not case stage
        when 1 then exists (select from keyword where id = item_id and cluster_id is not null)
        when 2 then exists (select from content_idea where cluster_id = item_id)
        when 3 then exists (select from task where idea_id = item_id)
        when 4 then exists (select from content where task_id = item_id)
        when 5 then exists (select from image where content_id = item_id)
        when 6 then exists (select from image where id = item_id and path is not null)
        else exists (select from content where id = item_id and review is not null) end"""
"""Items that succeeded and have nothing to show for it."""


class Reckoned(msgspec.Struct, frozen=True, kw_only=True):
    """What was found. `wrong` are counts that have to be 0."""

    items: int
    succeeded: int
    failed: int
    cancelled: int
    charges: int
    credits: int
    wrong: dict[str, int]

    @property
    def holds(self) -> bool:
        """Charged equals succeeded, and nothing is wrong."""
        return self.charges == self.succeeded and not any(self.wrong.values())


async def reckon() -> Reckoned:
    """Compare items, charges, balances and rows of all accounts."""
    found: dict[str, int] = {}
    async with DB.connection() as connection:
        for query in (ITEMS, CHARGES, LEDGER):
            row: Any = await connection.fetchrow(query, timeout=120)
            found |= {name: int(value or 0) for name, value in row.items()}
        done = {f"done_{n}": DONE.format(stage=n, source=s) for n, s in SOURCES.items()}
        counts = {
            "stages_still_holding": HOLDING,
            "made_without_success": MADE.format(**done),
            "success_without_result": MISSING,
        }
        for name, query in counts.items():
            found[name] = int(await connection.fetchval(query, timeout=120))
    told = {n: found.pop(n) for n in Reckoned.__struct_fields__ if n in found}
    return Reckoned(**told, wrong={name.replace("_", " "): n for name, n in found.items()})
