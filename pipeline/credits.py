"""Credits: hold, charge, release, top up. Append-only; the balance is the sum of the amounts.

`amount` changes the balance, `held` what is set aside: a hold moves credits from one to the other,
a charge spends held ones, a release gives the rest back.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from db.status import CreditKind
from piccolo_conf import DB
from pipeline import events
from pipeline.errors import InsufficientCreditsError, ValidationError
from pipeline.settings import settings

MAX_AMOUNT = 1_000_000_000


class Entry(msgspec.Struct, frozen=True):
    """One line of the ledger. `title` is the item's, where the line is about one."""

    id: int
    kind: CreditKind
    amount: int
    held: int
    run_id: UUID | None
    stage: int | None
    item_id: UUID | None
    note: str
    created_at: datetime
    title: str | None = None


async def hold(
    connection: asyncpg.Connection, account: UUID, run: UUID, stage: int, credits: int
) -> None:
    """Set credits aside inside the caller's transaction. Raises InsufficientCreditsError."""
    if credits == 0:
        return
    left = await connection.fetchval(
        "update account set balance = balance - $2"
        " where id = $1 and balance >= $2 returning balance",
        account,
        credits,
    )
    if left is None:
        available = await connection.fetchval("select balance from account where id = $1", account)
        raise InsufficientCreditsError(credits, available or 0, settings().purchase_url)
    await connection.execute(
        "insert into credit_entry (account_id, run_id, stage, kind, amount, held, note, created_at)"
        " values ($1, $2, $3, 'hold', -$4::bigint, $4::bigint, '', now())",
        account,
        run,
        stage,
        credits,
    )


async def charge(
    connection: asyncpg.Connection,
    account: UUID,
    run: UUID,
    stage: int,
    costs: Sequence[tuple[UUID, int]],
) -> None:
    """Spend held credits for (item, cost)..: each item at most once, free ones not at all."""
    paid = [(item, cost) for item, cost in costs if cost > 0]
    if not paid:
        return
    await connection.execute(
        "insert into credit_entry"
        " (account_id, run_id, stage, item_id, kind, amount, held, note, created_at)"
        " select $1, $2, $3, item, 'charge', 0, -cost, '', now()"
        " from unnest($4::uuid[], $5::bigint[]) as paid(item, cost)"
        " on conflict (run_id, stage, item_id) where kind = 'charge' do nothing",
        account,
        run,
        stage,
        [item for item, _ in paid],
        [cost for _, cost in paid],
    )


async def release(
    connection: asyncpg.Connection, account: UUID, run: UUID, stage: int | None = None
) -> int:
    """Give back what a stage (None: every stage) of the run still holds; how much that was."""
    rows = await connection.fetch(
        "select stage, sum(held)::bigint as held from credit_entry"
        " where run_id = $1 and ($2::int is null or stage = $2)"
        " group by stage having sum(held) > 0",
        run,
        stage,
    )
    total = sum(row["held"] for row in rows)
    if not total:
        return 0
    await connection.execute(
        "update account set balance = balance + $2 where id = $1", account, total
    )
    await connection.executemany(
        "insert into credit_entry (account_id, run_id, stage, kind, amount, held, note, created_at)"
        " values ($1, $2, $3, 'release', $4::bigint, -$4::bigint, '', now())",
        [(account, run, row["stage"], row["held"]) for row in rows],
    )
    return int(total)


async def top_up(account: UUID, amount: int, note: str = "") -> int:
    """Add credits; the new balance. Raises ValidationError for a bad amount or account."""
    if not 1 <= amount <= MAX_AMOUNT:
        raise ValidationError(f"amount must be from 1 to {MAX_AMOUNT:,}, not {amount}")
    async with DB.transaction() as transaction:
        connection = transaction.connection
        balance = await connection.fetchval(
            "update account set balance = balance + $2 where id = $1 returning balance",
            account,
            amount,
        )
        if balance is None:
            raise ValidationError(f"account {account} is unknown")
        await connection.execute(
            "insert into credit_entry (account_id, kind, amount, held, note, created_at)"
            " values ($1, 'top_up', $2, 0, $3, now())",
            account,
            amount,
            note[:200],
        )
    await events.credits_changed(account)
    return int(balance)


async def balance(account: UUID) -> int:
    """Credits the account can still spend."""
    async with DB.connection() as connection:
        return int(await connection.fetchval("select balance from account where id = $1", account))


async def held(account: UUID) -> int:
    """Credits that are set aside for runs at this moment."""
    async with DB.connection() as connection:
        return int(
            await connection.fetchval(
                # The others hold nothing: closing, completing and cancelling release all.
                "select coalesce(sum(e.held), 0) from automation_run r"
                " join credit_entry e on e.run_id = r.id"
                " where r.account_id = $1 and r.status in ('running', 'paused', 'failed')",
                account,
            )
        )


async def entries(
    account: UUID,
    *,
    before: int | None = None,
    limit: int = 50,
    kind: CreditKind | None = None,
    run: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Entry]:
    """The ledger, newest first; `before` is the id of the last line already seen.

    `since` is taken in, `until` is left out.
    """
    # The kind is a word of ours and stands in the text, so that the index of the rare ones serves.
    of_kind = f"and e.kind = '{kind.value}'" if kind else ""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select e.id, e.kind, e.amount, e.held, e.run_id, e.stage, e.item_id, e.note,"
            " e.created_at, i.title from credit_entry e left join run_item i"
            " on i.run_id = e.run_id and i.stage = e.stage and i.item_id = e.item_id"
            f" where e.account_id = $1 and ($2::bigint is null or e.id < $2) {of_kind}"
            " and ($4::uuid is null or e.run_id = $4)"
            " and ($5::timestamptz is null or e.created_at >= $5)"
            " and ($6::timestamptz is null or e.created_at < $6)"
            " order by e.id desc limit $3",
            *(account, before, limit, run, since, until),
        )
    return [msgspec.convert(dict(row), Entry) for row in rows]


async def spent(run: UUID) -> int:
    """Credits a run has been charged."""
    async with DB.connection() as connection:
        return int(
            await connection.fetchval(
                "select coalesce(-sum(held), 0) from credit_entry"
                " where run_id = $1 and kind = 'charge'",
                run,
            )
        )
