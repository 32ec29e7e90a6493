"""`igny8 automate FILE.csv --out DIR`: the whole job from the terminal.

Everything that can be wrong with what was asked is looked at before anything is started: the
options, the folder, the file; then, with the system up, the AI service. Only then keywords are
saved and the run begins.
"""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec
import msgspec.inspect

from api.cli.display import Display, Lines, duration, new_display
from api.cli.report import make_report, print_report, tell_missing, trouble
from api.cli.session import CANCELLED, Failed, Refusal, account_option, find_account, run_async
from api.cli.watch import Left, watch
from db.status import RunOrder
from pipeline import controls, exporting, importing, provider
from pipeline.credits import balance
from pipeline.errors import InsufficientCreditsError
from pipeline.forecast import forecast
from pipeline.local import environment
from pipeline.options import RunOptions
from pipeline.prices import price_per_unit
from pipeline.settings import settings
from pipeline.words import plural

SHOWN = 20


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for, checked."""

    data: importing.Import
    out: Path
    options: RunOptions
    order: RunOrder
    concurrency: int | None
    limit: int | None
    account: str | None
    as_json: bool


class Language(click.ParamType):
    """Two letters, as RunOptions wants them."""

    name = "XX"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(r"[a-z]{2}", str(value)):
            self.fail(f"{value!r} is not a code of two small letters, such as en or de.", param)
        return str(value)


def choice(flag: str, name: str, told: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The flag of one of the RunOptions, with its limits and default."""
    field = {each.name: each for each in msgspec.structs.fields(RunOptions)}[name]
    kind = msgspec.inspect.type_info(field.type)
    limits: click.ParamType = Language()
    default = field.default
    if isinstance(kind, msgspec.inspect.IntType):
        limits = click.IntRange(kind.ge, kind.le)
    if isinstance(kind, msgspec.inspect.EnumType):
        limits, default = click.Choice([each.value for each in kind.cls]), default.value
    return click.option(flag, name, type=limits, help=told, show_default=str(default))


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.csv")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for articles.")
@click.option("--flow", is_flag=True, help="Hand items on one by one instead of stage by stage.")
@click.option("--concurrency", type=click.IntRange(1, 1000), help="Items at work at once.")
@choice("--granularity", "granularity", "How fine keywords are clustered.")
@choice("--ideas", "ideas_per_cluster", "Ideas per cluster.")
@choice("--words", "target_words", "Words per article.")
@choice("--images", "images_per_article", "Images inside an article.")
@choice("--language", "language", "Language of the articles.")
@click.option("--limit", type=click.IntRange(min=1), help="Use only the first N keywords.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on stdout.")
@account_option
def automate(
    file: Path,
    out: Path,
    flow: bool,
    concurrency: int | None,
    limit: int | None,
    as_json: bool,
    account: str | None,
    **options: Any,
) -> None:
    """Turn the keywords of FILE.csv into reviewed, illustrated articles in DIR.

    Exit code: 0 complete, 1 something failed, 2 bad usage or input, 130 cancelled.
    """
    try:
        wanted = Wanted(
            options=msgspec.convert(
                {name: value for name, value in options.items() if value is not None}, RunOptions
            ),
            data=read_file(file),
            out=check_folder(out),
            order=RunOrder.FLOW if flow else RunOrder.STAGE_BY_STAGE,
            concurrency=concurrency,
            limit=limit,
            account=account,
            as_json=as_json,
        )
        with environment.system(workers=True):
            raise SystemExit(run_async(lambda: _automate(wanted)))
    except KeyboardInterrupt:  # once the run is watched, Ctrl-C cancels it instead
        click.echo("Stopped. Whether a run had begun: igny8 status", err=True)
        raise SystemExit(CANCELLED) from None


def check_folder(out: Path) -> Path:
    """The folder to write into, made if need be. Raises BadParameter."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "there is a file of this name" if out.exists() else error.strerror
        raise click.BadParameter(f"{out} cannot be used: {reason}", param_hint="--out") from None
    if not os.access(out, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{out} cannot be written to", param_hint="--out")
    return out.resolve()


def read_file(file: Path) -> importing.Import:
    """The keywords of the file. Raises BadParameter or Refusal, naming what and where."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise click.BadParameter(f"{file}: {error.strerror}", param_hint="FILE.csv") from None
    try:
        found = importing.read_keywords(data)
    except importing.ImportRefused as error:
        raise Refusal(f"{file}: {error}") from None
    if found.tool:
        click.echo(f"{file} is read as an export of {found.tool}.", err=True)
    tell_rejected(file, found)
    if not found.rows:
        raise Refusal(f"{file}: no row can be used; the reasons stand above.")
    return found


async def _automate(wanted: Wanted) -> int:
    notes = Lines(sys.stderr) if wanted.as_json else Lines(sys.stdout)
    account_id = await find_account(wanted.account)
    await _check_service()
    run_id = await _start(account_id, wanted, notes)
    notes.say(f"Run {run_id} (from another terminal: igny8 status {run_id})")
    try:
        now = await watch(account_id, run_id, notes if wanted.as_json else new_display())
    except Left:
        notes.say(f"Left before the run had ended. See: igny8 status {run_id}")
        return CANCELLED
    report = await make_report(account_id, now)
    done = await exporting.export_articles(account_id, wanted.out, run_id=run_id)
    report = msgspec.structs.replace(report, articles=done.articles, out=str(wanted.out))
    if wanted.as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(report), indent=2))
        for line in trouble(report):
            click.echo(line, err=True)
    else:
        print_report(report)
    if not done.articles and report.exit_code == 0:
        notes.say(
            "All that these keywords lead to has been planned before, so nothing new was written."
            f" `igny8 export --out {wanted.out}` writes the articles there are."
        )
    tell_missing(done)
    return report.exit_code


async def _check_service() -> None:
    """Refuses while the AI service does not answer a test call: nothing has been saved yet.

    Our own demo service is left out: it may still be starting, and cannot be set up wrongly.
    """
    if settings().provider_is_demo:
        return
    await provider.open_client()
    try:
        service, *details = await provider.probe()
    finally:
        await provider.close_client()
    if service.ok is False:
        bad = [finding for finding in details if finding.ok is False] or [service]
        said = "\n".join(f"  {each.name}: {each.detail}\n    {each.advice}" for each in bad)
        raise Failed(
            f"The AI service cannot be used, so nothing was started.\n{said}\n"
            "`igny8 doctor` looks at everything.",
        )


async def _start(account_id: UUID, wanted: Wanted, notes: Display) -> UUID:
    """Save the keywords and start the run on them."""
    rows = wanted.data.rows[: wanted.limit]
    await _check_credits(account_id, len(rows))
    saved = await importing.save_keywords(account_id, rows)
    notes.say(
        f"{plural(len(saved.ids), 'keyword')} to work on:"
        f" {saved.created:,} new, {saved.joined:,} known before"
    )
    notes.say(await _expected(account_id, saved.ids, wanted))
    return await controls.start(
        account_id,
        first_stage=1,
        last_stage=7,
        selection=saved.ids,
        options=wanted.options,
        order=wanted.order,
        concurrency=wanted.concurrency,
        started_by="igny8 automate",
    )


async def _expected(account_id: UUID, keywords: list[UUID], wanted: Wanted) -> str:
    """What the run will take, in one line."""
    found = await forecast(
        account_id,
        first_stage=1,
        last_stage=7,
        selection=keywords,
        options=wanted.options,
        concurrency=wanted.concurrency,
    )
    text = f"Expected: about {plural(found.stages[3].items, 'article')}, {found.credits:,} credits"
    if not found.enough:
        text += f" (you have {found.balance:,}: the run will stop when they are used up)"
    if found.seconds_low is not None and found.seconds_high is not None:
        text += f", {duration(found.seconds_low)} to {duration(found.seconds_high)}"
    return text


async def _check_credits(account_id: UUID, keywords: int) -> None:
    """Refuses when not even the first stage can be paid; the engine holds the exact amounts."""
    needed, available = keywords * price_per_unit(1), await balance(account_id)
    if available < needed:
        error = InsufficientCreditsError(needed, available)
        raise Failed(
            f"{error.user_message} {error}. Nothing was started.\n"
            f"Add credits: igny8 credits add {needed - available}"
        )


def tell_rejected(file: Path, found: importing.Import) -> None:
    """List on stderr what of the file was left out or not understood."""
    if found.rejected:
        click.echo(f"{plural(len(found.rejected), 'row')} of {file} left out:", err=True)
    for rejected in found.rejected[:SHOWN]:
        click.echo(f"  line {rejected.line}: {rejected.reason}: {rejected.text}", err=True)
    if len(found.rejected) > SHOWN:
        click.echo(f"  … and {len(found.rejected) - SHOWN:,} more", err=True)
    if found.unread:
        click.echo(
            f"{plural(len(found.unread), 'cell')} of {file} not understood, taken as unknown:",
            err=True,
        )
    for unread in found.unread[:SHOWN]:
        click.echo(f"  line {unread.line}: {unread.column} {unread.text!r}", err=True)
    if len(found.unread) > SHOWN:
        click.echo(f"  … and {len(found.unread) - SHOWN:,} more", err=True)
