"""The end of a run in words: what every stage made, what it cost, what to do about failures."""

from typing import Any
from uuid import UUID

import click
import msgspec

from api.cli.display import duration
from api.cli.session import CANCELLED, FAILED, fetch
from db.status import ACTIVE_RUN, RunStatus
from pipeline import exporting
from pipeline.credits import balance, spent
from pipeline.errors import ActionKind, ErrorPayload
from pipeline.progress import Progress
from pipeline.words import plural

FAILURES_SHOWN = 10
ATTENTION_SHOWN = 10


class StageReport(msgspec.Struct, frozen=True):
    """One stage as it ended."""

    stage: int
    name: str
    total: int
    completed: int
    failed: int
    cancelled: int
    message: str


class Failure(msgspec.Struct, frozen=True):
    """An item that failed."""

    stage: int
    item: UUID
    title: str
    user_message: str
    error_message: str


class Attention(msgspec.Struct, frozen=True):
    """A reviewed article that is not ready; `reasons` is how many there are, `reason` the first."""

    content: UUID
    title: str
    reasons: int
    reason: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run as a whole. Credits and tokens are sums over its items, seconds from start to end.

    Tokens are null where the AI service told none. `attention` names the first of the articles that
    need attention, `need_attention` counts them.
    """

    run_id: UUID
    status: RunStatus
    stages: list[StageReport]
    failures: list[Failure]
    failed_items: int
    credits_spent: int
    balance: int
    tokens_in: int | None
    tokens_out: int | None
    seconds: float
    attention: list[Attention]
    need_attention: int
    error: ErrorPayload | None
    articles: int = 0
    out: str | None = None

    @property
    def exit_code(self) -> int:
        """0 only if everything was completed."""
        if self.status == RunStatus.CANCELLED:
            return CANCELLED
        if self.status in ACTIVE_RUN:
            return 0 if self.status == RunStatus.PAUSED else FAILED
        complete = self.status == RunStatus.COMPLETED and not self.failed_items
        return 0 if complete else FAILED


async def make_report(account_id: UUID, now: Progress) -> Report:
    """The report of a run that was watched to its end; `now` is its last progress."""
    (run,) = await fetch(
        "select status, error, extract(epoch from coalesce(ended_at, now()) - started_at)::float"
        " as seconds from automation_run where account_id = $1 and id = $2",
        account_id,
        now.run_id,
    )
    (used,) = await fetch(
        "select sum(tokens_in)::bigint as tokens_in, sum(tokens_out)::bigint as tokens_out,"
        " count(*) filter (where status = 'failed') as failed"
        " from run_item where account_id = $1 and run_id = $2",
        account_id,
        now.run_id,
    )
    attention, need_attention = await _attention(account_id, now.run_id)
    return Report(
        run_id=now.run_id,
        status=RunStatus(run["status"]),
        stages=[_stage(each) for each in now.stages],
        failures=await _failures(account_id, now.run_id),
        failed_items=used["failed"],
        credits_spent=await spent(now.run_id),
        balance=await balance(account_id),
        tokens_in=used["tokens_in"],
        tokens_out=used["tokens_out"],
        seconds=run["seconds"],
        attention=attention,
        need_attention=need_attention,
        error=msgspec.convert(run["error"], ErrorPayload | None),
    )


def _stage(stage: Any) -> StageReport:
    message = stage.result.message if stage.result else ""
    return StageReport(
        stage.stage,
        stage.name,
        stage.total,
        stage.completed,
        stage.failed,
        stage.cancelled,
        message,
    )


async def _failures(account_id: UUID, run_id: UUID) -> list[Failure]:
    rows = await fetch(
        "select stage, item_id, title, error from run_item where account_id = $1 and run_id = $2"
        " and status = 'failed' order by stage, position limit $3",
        account_id,
        run_id,
        FAILURES_SHOWN,
    )
    return [
        Failure(
            row["stage"],
            row["item_id"],
            row["title"],
            (row["error"] or {}).get("user_message", ""),
            (row["error"] or {}).get("error_message", ""),
        )
        for row in rows
    ]


async def _attention(account_id: UUID, run_id: UUID) -> tuple[list[Attention], int]:
    """The articles that the run reviewed and that are not ready: the first ones, and how many."""
    rows = await fetch(
        "select c.id, c.title, jsonb_array_length(c.review -> 'reasons') as reasons,"
        " c.review -> 'reasons' -> 0 ->> 'message' as reason, count(*) over () as all_of_them"
        " from run_item i join content c on c.id = i.item_id and c.account_id = i.account_id"
        " where i.account_id = $1 and i.run_id = $2 and i.stage = 7 and i.status = 'completed'"
        " and c.review ->> 'result' = 'needs_attention' order by i.position, i.id limit $3",
        account_id,
        run_id,
        ATTENTION_SHOWN,
    )
    found = [Attention(r["id"], r["title"], r["reasons"], r["reason"] or "") for r in rows]
    return found, rows[0]["all_of_them"] if rows else 0


def print_report(report: Report) -> None:
    """The report for people, on stdout; what to do next at its end."""
    click.echo(f"\nRun {report.run_id}: {report.status.value} in {duration(report.seconds)}")
    for stage in report.stages:
        text = stage.message or _counts(stage)
        click.echo(f"  {stage.stage} {stage.name:<14} {text}")
    click.echo(
        f"Credits: {report.credits_spent:,} spent, {report.balance:,} left."
        f" Tokens: {_tokens(report.tokens_in)} in, {_tokens(report.tokens_out)} out."
    )
    for line in attention(report):
        click.echo(line)
    if report.out is not None:
        click.echo(f"{plural(report.articles, 'article')} written to {report.out}")
    for line in trouble(report):
        click.echo(line, err=True)


def _tokens(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"


def attention(report: Report) -> list[str]:
    """Which articles need attention and the first reason of each; nothing if all are ready."""
    if not report.attention:
        return []
    verb = "needs" if report.need_attention == 1 else "need"
    lines = [f"{plural(report.need_attention, 'article')} {verb} attention:"]
    for each in report.attention:
        more = f" (and {each.reasons - 1} more)" if each.reasons > 1 else ""
        lines.append(f"  {each.title!r}: {each.reason}{more}")
    if (others := report.need_attention - len(report.attention)) > 0:
        lines.append(f"  … and {others:,} more")
    return lines


def _counts(stage: StageReport) -> str:
    if not stage.total:
        return "not reached"
    parts = [f"{stage.completed:,} of {stage.total:,} done"]
    parts += [f"{stage.failed:,} failed"] if stage.failed else []
    parts += [f"{stage.cancelled:,} cancelled"] if stage.cancelled else []
    return ", ".join(parts)


def trouble(report: Report) -> list[str]:
    """What went wrong and the commands that mend it; nothing for a run that is complete."""
    lines: list[str] = []
    for failure in report.failures:
        lines.append(f"  stage {failure.stage}, {failure.title!r}: {failure.user_message}")
        if failure.error_message and failure.error_message not in failure.user_message:
            lines.append(f"    {failure.error_message}")
    if (more := report.failed_items - len(report.failures)) > 0:
        lines.append(f"  … and {more:,} more")
    if lines:
        lines.insert(0, f"{plural(report.failed_items, 'item')} failed:")
    if report.error is not None:
        lines += ["", report.error.user_message, f"  {report.error.error_message}"]
        lines += [f"  {step}" for step in _mend(report.error, report.run_id)]
    if report.failed_items:
        lines.append(f"Try what failed again: igny8 retry {report.run_id}")
        if len(report.failures) == 1:
            only = report.failures[0]
            lines[-1] += f" --stage {only.stage} --item {only.item}"
    return lines


def _mend(error: ErrorPayload, run_id: UUID) -> list[str]:
    first: dict[ActionKind, str] = {
        "purchase_credits": "Add credits: igny8 credits add AMOUNT",
        "open_settings": "Check OPENAI_BASE_URL, OPENAI_API_KEY and the models: igny8 doctor",
        "fix_data": "Mend the row it names",
        "edit_item": "Edit the item it names",
        "retry": "See what does not answer: igny8 doctor",
    }
    return [f"{first[error.action.kind]}", f"then go on: igny8 resume {run_id}"]


SHOWN = 10
"""Missing images named one by one."""


def tell_missing(done: exporting.Exported) -> None:
    """Count the images that are not made yet and name those that are lost, to standard error."""
    lost = [missing for missing in done.missing if missing.reason != exporting.NOT_GENERATED]
    if waiting := len(done.missing) - len(lost):
        verb = "is" if waiting == 1 else "are"
        click.echo(f"{plural(waiting, 'image')} of these articles {verb} not generated.", err=True)
    if lost:
        click.echo(f"{plural(len(lost), 'image')} could not be written:", err=True)
    for missing in lost[:SHOWN]:
        click.echo(f"  {missing.article}: {missing.image}: {missing.reason}", err=True)
    if len(lost) > SHOWN:
        click.echo(f"  … and {len(lost) - SHOWN:,} more", err=True)
