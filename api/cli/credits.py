"""`igny8 credits`: top up an account and see where its credits went."""

from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from api.cli.session import account_option, fetch, find_account, run_async
from pipeline import credits as ledger
from pipeline.local import environment
from pipeline.words import plural


@click.group()
def credits() -> None:
    """Top up an account, show its balance."""


@credits.command()
@click.argument("amount", type=click.IntRange(1, 1_000_000_000))
@click.option("--note", default="", help="Why, for the ledger.")
@account_option
def add(amount: int, note: str, account: str | None) -> None:
    """Add AMOUNT credits to an account."""

    async def main() -> int:
        account_id = await find_account(account)
        await ledger.top_up(account_id, amount, note)
        return await ledger.balance(account_id)

    with environment.system():
        balance = run_async(main)
    click.echo(f"{amount:,} credits added. Balance: {balance:,}")


@credits.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Rows.")
@account_option
def show(limit: int, account: str | None) -> None:
    """Show the balance and the newest movements, those of one stage of a run as one row."""

    async def main() -> None:
        account_id = await find_account(account)
        balance = await ledger.balance(account_id)
        held = await ledger.held(account_id)
        click.echo(f"Balance: {balance:,} credits, and {held:,} held for runs")
        rows = await fetch(MOVEMENTS, account_id, limit)
        if rows:
            _print(rows)

    with environment.system():
        run_async(main)


MOVEMENTS = """
select max(created_at) as last, kind, sum(amount) as amount, sum(held) as held, run_id, stage,
  count(item_id) as items, case when run_id is null then max(note) else '' end as note
from credit_entry where account_id = $1
group by kind, run_id, stage, case when run_id is null then id end
order by max(id) desc limit $2
"""
"""A charge is an entry for each item: summed, since nobody reads them one by one."""


def _print(rows: list[Any]) -> None:
    names = ("When (UTC)", "What", "Balance", "Held", "For")
    columns = [Column(name, no_wrap=name != "For") for name in names]
    for column in columns[2:4]:
        column.justify = "right"
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(
            f"{row['last']:%m-%d %H:%M:%S}",
            row["kind"].replace("_", " "),
            f"{row['amount']:+,}" if row["amount"] else "",
            f"{row['held']:+,}" if row["held"] else "",
            Text(_reason(row)),
        )
    Console().print(table)


def _reason(row: Any) -> str:
    if row["run_id"] is None:
        return str(row["note"])
    parts = [plural(row["items"], "item")] if row["items"] else []
    stage = f"stage {row['stage']} of run " if row["stage"] else "run "
    return f"{stage}{str(row['run_id'])[-12:]}" + "".join(f", {part}" for part in parts)
