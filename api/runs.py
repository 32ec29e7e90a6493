"""Runs over HTTP: start, list, show, watch, and the moves a person can make."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.auth import Caller
from api.problems import invalid
from api.schemas import Function, RetryRun, Run, RunKind, RunPage, StartRun, StepPage
from api.selection import rows_of
from db.status import RunStatus
from piccolo_conf import DB
from pipeline import controls, progress, receipts, steps
from pipeline.forecast import Forecast, forecast
from pipeline.messages import FUNCTIONS
from pipeline.moves import moves_of

STAGE_OF = {function: number for number, function in FUNCTIONS.items()}

RESULTS = [f"stage_{number}_result" for number in FUNCTIONS]
CLOSED_CREDITS = " + ".join(f"coalesce((r.{name} ->> 'credits')::bigint, 0)" for name in RESULTS)

RUN = (
    'select r.id, r.first_stage, r.last_stage, r."order", r.status, r.stage, r.concurrency,'
    f" r.options, {', '.join(f'r.{name}' for name in RESULTS)},"
    " r.error, r.started_by, r.started_at, r.ended_at,"
    # A completed run has the sums of all its charges in its results.
    f" case when r.status = 'completed' then {CLOSED_CREDITS} else"
    " (select coalesce(-sum(e.held), 0)::bigint from credit_entry e"
    "  where e.run_id = r.id and e.kind = 'charge') end as credits_used,"
    " r.status = 'failed' and not exists (select 1 from run_stage s where s.run_id = r.id"
    "  and s.stage = (r.error ->> 'stage')::int and s.status = 'closed') as halted"
    " from automation_run r where r.account_id = $1"
)

Account = NamedDependency[UUID]
Limit = Annotated[int, QueryParameter(ge=1, le=500)]


def stages_of(wanted: StartRun) -> tuple[int, int]:
    """First and last stage of what is asked for. Raises Problem if it is said twice or turned."""
    if wanted.function is None:
        first, last = wanted.first_stage or 1, wanted.last_stage or 7
        if last < first:
            raise invalid("last_stage", f"It must not be below first_stage, which is {first}.")
        return first, last
    for name in ("first_stage", "last_stage"):
        if getattr(wanted, name) is not None:
            raise invalid(name, "Leave it out when `function` is given: a function is one stage.")
    number = STAGE_OF[wanted.function]
    return number, number


def run_of(row: Any) -> Run:
    """A run as it is shown, from its row."""
    first, last = row["first_stage"], row["last_stage"]
    function = FUNCTIONS[first] if first == last else None
    moves = moves_of(RunStatus(row["status"]), halted=row["halted"])
    return msgspec.convert({**row, "function": function, "moves": moves}, Run)


async def find_run(account_id: UUID, run_id: UUID) -> Run:
    """The account's run. Raises controls.UnknownRun."""
    async with DB.connection() as connection:
        row = await connection.fetchrow(f"{RUN} and r.id = $2", account_id, run_id)
    if row is None:
        raise controls.UnknownRun(f"There is no run {run_id} in this account.")
    return run_of(row)


async def find_progress(account_id: UUID, run_id: UUID) -> progress.Progress:
    """The progress of the account's run. Raises UnknownRun."""
    now = await progress.read(account_id, run_id)
    if now is None:
        raise controls.UnknownRun(f"There is no run {run_id} in this account.")
    return now


@post("/runs/estimate", status_code=200, summary="Estimate a run before its start")
async def estimate_run(account_id: Account, data: JSONBody[StartRun]) -> Forecast:
    """Items per stage, credits and time of a run that is not started by this."""
    first, last = stages_of(data)
    return await forecast(
        account_id,
        first_stage=first,
        last_stage=last,
        selection=await rows_of(account_id, first, data.selection),
        options=data.options,
        concurrency=data.concurrency,
    )


@post("/runs", idempotent=True, summary="Start a run")
async def start_run(
    request: Request[Caller, None, Any], account_id: Account, data: JSONBody[StartRun]
) -> Run:
    """Start the automation or one function by hand. The answer does not wait for any work."""
    first, last = stages_of(data)
    items = await rows_of(account_id, first, data.selection)
    run_id = await controls.start(
        account_id,
        first_stage=first,
        last_stage=last,
        selection=items,
        options=data.options,
        order=data.order,
        concurrency=data.concurrency,
        started_by=request.user.email,
    )
    return await find_run(account_id, run_id)


@get("/runs", summary="List runs, newest first")
async def list_runs(
    account_id: Account,
    status: FromQuery[RunStatus | None] = None,
    function: FromQuery[Function | None] = None,
    kind: FromQuery[RunKind | None] = None,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> RunPage:
    """The account's runs from the newest to the oldest; `function` names those of one by hand."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"{RUN} and ($2::uuid is null or r.id < $2) and ($3::text is null or r.status = $3)"
            " and ($4::int is null or (r.first_stage = $4 and r.last_stage = $4))"
            " and ($5::text is null or (r.first_stage = r.last_stage) = ($5 = 'by_hand'))"
            " order by r.id desc limit $6",
            account_id,
            after,
            status.value if status else None,
            STAGE_OF[function] if function else None,
            kind,
            limit + 1,
        )
    runs = [run_of(row) for row in rows[:limit]]
    return RunPage(runs, runs[-1].id if len(rows) > limit else None)


@get("/runs/{run_id:uuid}", summary="Show a run")
async def show_run(account_id: Account, run_id: FromPath[UUID]) -> Run:
    """The run as it is recorded, with the results of the stages that have closed."""
    return await find_run(account_id, run_id)


@get("/runs/{run_id:uuid}/progress", summary="Progress of a run")
async def show_progress(account_id: Account, run_id: FromPath[UUID]) -> progress.Progress:
    """Where the run stands: bar, phase, message, counts, time left, steps, and its stages."""
    return await find_progress(account_id, run_id)


@get("/runs/{run_id:uuid}/steps", summary="Step log of a run")
async def list_steps(
    account_id: Account,
    run_id: FromPath[UUID],
    after: Annotated[int, QueryParameter(ge=0, le=2_000_000_000)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 200,
) -> StepPage:
    """What happened when, oldest first. The newest thousand steps are kept."""
    await find_run(account_id, run_id)
    found = await steps.read(account_id, run_id, after, limit + 1)
    return StepPage(found[:limit], found[limit - 1].number if len(found) > limit else None)


@post("/runs/{run_id:uuid}/pause", status_code=200, summary="Pause a run")
async def pause_run(account_id: Account, run_id: FromPath[UUID]) -> Run:
    """Nothing new starts within a second; items in flight finish. Survives restarts."""
    await controls.pause(account_id, run_id)
    return await find_run(account_id, run_id)


@post("/runs/{run_id:uuid}/resume", status_code=200, summary="Resume a run")
async def resume_run(account_id: Account, run_id: FromPath[UUID]) -> Run:
    """A paused run goes on where it stopped; a failed one once its cause is mended."""
    await controls.resume(account_id, run_id)
    return await find_run(account_id, run_id)


@post("/runs/{run_id:uuid}/cancel", status_code=200, summary="Cancel a run")
async def cancel_run(account_id: Account, run_id: FromPath[UUID]) -> receipts.Cancelled:
    """Ends the run for good. What is saved stays; the receipt says what was stopped."""
    return await controls.cancel(account_id, run_id)


@post("/runs/{run_id:uuid}/retry", status_code=200, summary="Retry failed items")
async def retry_run(
    account_id: Account, run_id: FromPath[UUID], data: JSONBody[RetryRun]
) -> receipts.Retried:
    """Try failed items again, while the run goes on or after it: what was retried, what not."""
    return await controls.retry(account_id, run_id, stage=data.stage, items=data.items)
