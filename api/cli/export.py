"""`igny8 export`: articles as files."""

from pathlib import Path
from typing import cast

import click

from api.cli.automate import check_folder
from api.cli.report import tell_missing
from api.cli.session import Failed, account_option, find_account, find_run, run_async
from pipeline import exporting
from pipeline.local import environment


def read_formats(
    context: click.Context, parameter: click.Parameter, value: str
) -> frozenset[exporting.Format]:
    """The formats of a comma-separated list. Raises BadParameter naming the odd one."""
    wanted = {name.strip().lower() for name in value.split(",") if name.strip()}
    known = ", ".join(sorted(exporting.FORMATS))
    if unknown := sorted(wanted - exporting.FORMATS):
        raise click.BadParameter(f"{unknown[0]!r} is not one of: {known}")
    if not wanted:
        raise click.BadParameter(f"name at least one of: {known}")
    return frozenset(cast("set[exporting.Format]", wanted))


@click.command()
@click.option("--run", metavar="RUN", help="Only the articles of this run (`last`: the newest).")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write into.")
@click.option(
    "--format",
    "formats",
    default="markdown,html,json",
    show_default=True,
    callback=read_formats,
    help="What to write, separated by commas.",
)
@account_option
def export(
    run: str | None, out: Path, formats: frozenset[exporting.Format], account: str | None
) -> None:
    """Write the articles of a run, or of the account, with their images into a folder."""
    folder = check_folder(out)

    async def main() -> exporting.Exported:
        account_id = await find_account(account)
        run_id = await find_run(account_id, run) if run else None
        return await exporting.export_articles(account_id, folder, run_id=run_id, formats=formats)

    with environment.system():
        try:
            done = run_async(main)
        except exporting.ExportRefused as error:
            raise Failed(str(error)) from None
    click.echo(f"{done.summary}, written to {folder}")
    tell_missing(done)
