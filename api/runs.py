"""Runs over HTTP: start, list, show, watch, and the moves a person can make."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.auth import Caller
from api.problems import invalid
from api.schemas import RetryRun, Run, RunPage, StartRun
from api.selection import rows_of
from db.status import RunStatus
from piccolo_conf import DB
from pipeline import controls, progress, receipts
from pipeline.messages import FUNCTIONS

STAGE_OF = {function: number for number, function in FUNCTIONS.items()}

RUN = (
    'select id, first_stage, last_stage, "order", status, stage, concurrency, options,'
    " stage_1_result, stage_2_result, stage_3_result, stage_4_result, stage_5_result,"
    " stage_6_result, stage_7_result, error, started_by, started_at, ended_at"
    " from automation_run where account_id = $1"
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
    return msgspec.convert({**row, "function": function}, Run)


async def find_run(account_id: UUID, run_id: UUID) -> Run:
    """The account's run. Raises controls.UnknownRun."""
    async with DB.connection() as connection:
        row = await connection.fetchrow(f"{RUN} and id = $2", account_id, run_id)
    if row is None:
        raise controls.UnknownRun(f"There is no run {run_id} in this account.")
    return run_of(row)


async def find_progress(account_id: UUID, run_id: UUID) -> progress.Progress:
    """The progress of the account's run. Raises UnknownRun."""
    now = await progress.read(account_id, run_id)
    if now is None:
        raise controls.UnknownRun(f"There is no run {run_id} in this account.")
    return now


@post("/runs", summary="Start a run")
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
    after: FromQuery[UUID | None] = None,
    limit: Limit = 50,
) -> RunPage:
    """The account's runs from the newest to the oldest."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"{RUN} and ($2::uuid is null or id < $2) and ($3::text is null or status = $3)"
            " order by id desc limit $4",
            account_id,
            after,
            status.value if status else None,
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
