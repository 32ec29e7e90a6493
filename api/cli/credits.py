"""`igny8 credits`: top up an account and see where its credits went."""

import click
from rich.console import Console
from rich.table import Table

from api.cli.session import account_option, fetch, find_account, run_async
from pipeline import credits as ledger
from pipeline.local import environment


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
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@account_option
def show(limit: int, account: str | None) -> None:
    """Show the balance and the newest movements."""

    async def main() -> None:
        account_id = await find_account(account)
        balance = await ledger.balance(account_id)
        (held,) = await fetch(
            "select coalesce(sum(held), 0) as held from credit_entry where account_id = $1",
            account_id,
        )
        click.echo(f"Balance: {balance:,} credits, and {int(held['held']):,} held for runs")
        table = Table("When", "What", "Balance", "Held", "Run", "Note")
        for row in await fetch(
            "select created_at, kind, amount, held, run_id, note from credit_entry"
            " where account_id = $1 order by id desc limit $2",
            account_id,
            limit,
        ):
            table.add_row(
                f"{row['created_at']:%Y-%m-%d %H:%M:%S}",
                row["kind"],
                f"{row['amount']:+,}",
                f"{row['held']:+,}",
                str(row["run_id"] or ""),
                row["note"],
            )
        Console().print(table)

    with environment.system():
        run_async(main)
