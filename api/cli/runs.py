"""`igny8 status`, `pause`, `resume`, `cancel`, `retry`: looking after runs from the terminal.

`resume` and `retry` need workers: they use those of a running `igny8 up`, or start some and stay
until the run has ended.
"""

from uuid import UUID

import click
from rich.console import Console
from rich.table import Column, Table

from api.cli.display import duration, new_display, stage_counts
from api.cli.report import make_report, print_report, trouble
from api.cli.session import (
    CANCELLED,
    Failed,
    account_option,
    fetch,
    find_account,
    find_run,
    run_async,
)
from api.cli.watch import Left, look, watch
from pipeline import controls
from pipeline.local import environment
from pipeline.words import plural

run_argument = click.argument("run", metavar="RUN")
"""Its id, or `last`."""


@click.command()
@click.argument("run", metavar="[RUN]", required=False)
@account_option
def status(run: str | None, account: str | None) -> None:
    """Show RUN (`last` for the newest), or list the newest runs."""

    async def main() -> None:
        account_id = await find_account(account)
        if run is None:
            return await _list(account_id)
        return await _show(account_id, await find_run(account_id, run))

    with environment.system():
        run_async(main)


async def _list(account_id: UUID) -> None:
    rows = await fetch(
        "select id, first_stage, last_stage, status, stage, started_at,"
        " extract(epoch from coalesce(ended_at, now()) - started_at)::float as seconds"
        " from automation_run where account_id = $1 order by id desc limit 20",
        account_id,
    )
    if not rows:
        click.echo("No run yet. `igny8 automate FILE.csv --out DIR` starts one.")
        return
    columns = [
        Column(name, no_wrap=True) for name in ("Run", "Status", "Stage", "Started (UTC)", "Took")
    ]
    table = Table(
        *columns, box=None, pad_edge=False
    )  # 80 columns hold it, with ids whole to be copied
    for row in rows:
        table.add_row(
            str(row["id"]),
            row["status"],
            f"{row['stage']}/{row['last_stage']}",
            f"{row['started_at']:%m-%d %H:%M}",
            duration(row["seconds"]),
        )
    Console().print(table)


async def _show(account_id: UUID, run_id: UUID) -> None:
    now = await look(account_id, run_id)
    click.echo(f"Run {run_id}: {now.status.value}, {now.percentage:.1f} %")
    if now.message:
        click.echo(now.message)
    for stage in now.stages:
        result = stage.result.message if stage.result else stage_counts(stage)
        click.echo(f"  {stage.stage} {stage.name:<14} {stage.status.value:<8} {result}")
    for line in trouble(await make_report(account_id, now)):
        click.echo(line)


@click.command()
@run_argument
@account_option
def pause(run: str, account: str | None) -> None:
    """Start nothing new in RUN (`last` for the newest); `igny8 resume` goes on."""
    _move(run, account, "pause", "paused")


@click.command()
@run_argument
@account_option
def cancel(run: str, account: str | None) -> None:
    """End RUN (`last` for the newest) for good. Saved results stay, held credits come back."""
    _move(run, account, "cancel", "cancelled")


def _move(run: str, account: str | None, move: str, done: str) -> None:
    async def main() -> UUID:
        account_id = await find_account(account)
        run_id = await find_run(account_id, run)
        try:
            await (controls.pause if move == "pause" else controls.cancel)(account_id, run_id)
        except controls.IllegalMove as error:
            raise Failed(str(error)) from None
        return run_id

    with environment.system():
        run_id = run_async(main)
    click.echo(f"Run {run_id} is {done}.")


@click.command()
@run_argument
@account_option
def resume(run: str, account: str | None) -> None:
    """Go on with RUN (`last` for the newest), paused or failed, and stay until it has ended."""

    async def main() -> int:
        account_id = await find_account(account)
        run_id = await find_run(account_id, run)
        try:
            await controls.resume(account_id, run_id)
        except controls.IllegalMove as error:
            raise Failed(str(error)) from None
        return await follow(account_id, run_id)

    with environment.system(workers=True):
        raise SystemExit(run_async(main))


@click.command()
@run_argument
@click.option("--stage", type=click.IntRange(1, 7), help="Only what failed in this stage.")
@click.option(
    "--item", "items", type=click.UUID, multiple=True, help="Only this item (may be repeated)."
)
@account_option
def retry(run: str, stage: int | None, items: tuple[UUID, ...], account: str | None) -> None:
    """Try again what failed in RUN (`last` for the newest) and what follows from it.

    Stays until the run has ended.
    """
    if items and stage is None:
        raise click.UsageError("--item needs --stage: say which stage the item failed in.")

    async def main() -> int:
        account_id = await find_account(account)
        run_id = await find_run(account_id, run)
        try:
            receipt = await controls.retry(account_id, run_id, stage=stage, items=items or None)
        except controls.IllegalMove as error:
            raise Failed(str(error)) from None
        count = sum(map(len, receipt.retried.values()))
        if count or receipt.skipped:
            click.echo(f"{plural(count, 'item')} will be tried again.")
        else:
            click.echo("Nothing in this run has failed, so there is nothing to try again.")
        for skipped in receipt.skipped:
            click.echo(f"  skipped {skipped.item}: {skipped.reason}")
        if not count:
            return 1
        return await follow(account_id, run_id)

    with environment.system(workers=True):
        raise SystemExit(run_async(main))


async def follow(account_id: UUID, run_id: UUID) -> int:
    """Watch the run to its end and print its report; the exit code."""
    try:
        now = await watch(account_id, run_id, new_display())
    except Left:
        return CANCELLED
    report = await make_report(account_id, now)
    print_report(report)
    click.echo(f"Write its articles to a folder: igny8 export --run {run_id} --out DIR")
    return report.exit_code
