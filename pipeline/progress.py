"""Progress of a run: one payload for API, events and terminal, computed from counts.

Its cost does not depend on the number of items: one row, one script call. When Redis does not know
the run (days after its end, or just now wiped) the counts come from PostgreSQL.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from db.status import GenerationStatus, Phase, RunOrder, RunStatus, StageStatus
from piccolo_conf import DB
from pipeline import bar, estimate, messages, queue, shown
from pipeline.errors import ErrorPayload
from pipeline.options import RunOptions
from pipeline.reporter import Step
from pipeline.results import StageResult
from pipeline.words import plural

COUNTED = (
    GenerationStatus.PENDING,
    GenerationStatus.PROCESSING,
    GenerationStatus.COMPLETED,
    GenerationStatus.FAILED,
    GenerationStatus.CANCELLED,
)


RUN = (
    'select id, status, first_stage, last_stage, "order", concurrency, options, error, started_at,'
    " ended_at, selected, retries,"
    + ",".join(f" stage_{n}_result" for n in messages.FUNCTIONS)
    + " from automation_run where id = $1 and account_id = $2"
)
"""Without the selection itself, which may be long."""


class StageProgress(msgspec.Struct, kw_only=True):
    """One stage. Five counts add up to `items_total`; `result` stands once the stage is closed."""

    stage: int
    function: str
    name: str
    status: StageStatus
    pending: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    items_total: int = 0
    percentage: float = 0.0
    result: StageResult | None = None

    @property
    def total(self) -> int:
        return self.pending + self.processing + self.ended

    @property
    def ended(self) -> int:
        return self.finished + self.cancelled

    @property
    def finished(self) -> int:
        """Items that were worked on to an end."""
        return self.completed + self.failed


class Progress(msgspec.Struct, kw_only=True):
    """The progress payload (spec §4). Percentages are 0 to 100, times are seconds."""

    run_id: UUID
    title: str
    stage: int
    function: str
    status: RunStatus
    phase: Phase
    message: str
    percentage: float
    items_total: int
    items_processed: int
    items_failed: int
    current_item: str | None
    estimated_seconds_remaining: float | None
    details: dict[str, int]
    updated_at: datetime
    order: RunOrder
    concurrency: int
    started_at: datetime
    ended_at: datetime | None
    error: ErrorPayload | None
    stages: list[StageProgress]
    steps: list[Step]


class Live(msgspec.Struct):
    """What Redis adds to a run: shares of items under way, step log, latest message by stage."""

    meta: dict[str, str] = {}
    shares: dict[int, list[float]] = {}
    prepared: float | None = None
    opened: float = 0.0
    steps: list[Step] = []


async def read(account: UUID, run: UUID) -> Progress | None:
    """The progress of a run of this account; None if there is no such run."""
    async with DB.connection() as connection:
        row = await connection.fetchrow(RUN, run, account)
    if row is None:
        return None
    key = queue.RunKey(account, run)
    raw = await queue.snapshot(key)
    if raw:
        live, stages = _from_redis(row, raw)
    else:
        live, stages = Live(), await _from_postgres(row)
    first = stages[0]
    if first.status == StageStatus.WAITING:  # they enter when the stage opens, not all at once
        first.pending += max(0, row["selected"] - first.total)
    progress = _progress(row, stages, live)
    progress.estimated_seconds_remaining = await estimate.seconds_left(
        account, progress, live.meta, msgspec.convert(row["options"], RunOptions)
    )
    progress.percentage = shown.never_less(run, row["retries"], progress.percentage)
    best = float(live.meta.get("best", 0))
    if raw and progress.percentage > best and progress.status == RunStatus.RUNNING:
        best = await queue.raise_best(key, progress.percentage)
    progress.percentage = max(progress.percentage, best)
    return progress


def _blank(row: Any, n: int) -> StageProgress:
    result = row[f"stage_{n}_result"]
    return StageProgress(
        stage=n,
        function=messages.FUNCTIONS[n],
        name=messages.NAMES[n],
        status=StageStatus.WAITING,
        result=None if result is None else msgspec.convert(result, StageResult),
    )


def _from_redis(row: Any, raw: list[Any]) -> tuple[Live, list[StageProgress]]:
    fields, counts, shares, steps, _ = raw
    live = Live({k.decode(): v.decode() for k, v in _pairs(fields)})
    for name, share in _pairs(shares):
        number, item = name.decode().split(":", 1)
        if item == "prepare":
            live.prepared = int(share) / 1000
        elif item == "opening":
            live.opened = int(share) / 1000
        else:
            live.shares.setdefault(int(number), []).append(int(share) / 1000)
    live.steps = [msgspec.json.decode(step, type=Step) for step in steps]
    stages = []
    for n, five in enumerate(counts, row["first_stage"]):
        stage = _blank(row, n)
        stage.status = StageStatus(live.meta.get(f"s{n}", "waiting"))
        stage.pending, stage.processing, stage.completed, stage.failed, stage.cancelled = five
        stages.append(stage)
    return live, stages


def _pairs(flat: list[bytes]) -> Iterable[tuple[bytes, bytes]]:
    return zip(flat[::2], flat[1::2], strict=True)


async def _from_postgres(row: Any) -> list[StageProgress]:
    async with DB.connection() as connection:
        statuses = await connection.fetch(
            "select stage, status from run_stage where run_id = $1 order by stage", row["id"]
        )
        counts = await connection.fetch(
            "select stage, status, count(*) as items from run_item where run_id = $1"
            " group by stage, status",
            row["id"],
        )
    stages = {s["stage"]: _blank(row, s["stage"]) for s in statuses}
    for s in statuses:
        stages[s["stage"]].status = StageStatus(s["status"])
    for count in counts:
        status = count["status"]
        name = "pending" if status == GenerationStatus.QUEUED else status
        setattr(stages[count["stage"]], name, count["items"])
    return list(stages.values())


def _progress(row: Any, stages: list[StageProgress], live: Live) -> Progress:
    options = msgspec.convert(row["options"], RunOptions)
    status = RunStatus(row["status"])
    percentages = bar.stage_percentages(stages, options)
    for stage in stages:
        stage.percentage = percentages[stage.stage]
        stage.items_total = stage.total
    current = _current(stages)
    single = len(stages) == 1
    prepared = live.prepared if current is stages[0] else None
    phase, inner = bar.function_phase(
        current, live.shares.get(current.stage, []), prepared, status, live.opened
    )
    percentage = inner if single else sum(percentages.values()) / len(stages)
    if status == RunStatus.COMPLETED:
        phase, percentage = Phase.DONE, 100.0
    error = None if row["error"] is None else msgspec.convert(row["error"], ErrorPayload)
    return Progress(
        run_id=row["id"],
        title=messages.title(current.stage, current.total) if single else "Automation",
        stage=current.stage,
        function=current.function,
        status=status,
        phase=Phase(error.phase) if error else phase,
        message=_message(current, phase, live, status, error),
        percentage=round(percentage, 4),
        items_total=current.total,
        items_processed=current.finished,
        items_failed=current.failed,
        current_item=live.meta.get(f"s{current.stage}:current") or None,
        estimated_seconds_remaining=None,
        details=_details(current),
        updated_at=datetime.now(UTC),
        order=RunOrder(row["order"]),
        concurrency=row["concurrency"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        error=error,
        stages=stages,
        steps=live.steps,
    )


def _current(stages: list[StageProgress]) -> StageProgress:
    """The stage the run is at: the busiest, else the first with open items, else the first
    unfinished, else the last. (In flow an early straggler is not what the run is at.)
    """
    busiest = max(stages, key=lambda stage: stage.processing)
    if busiest.processing:
        return busiest
    waiting = (s for s in stages if s.pending)
    unfinished = (s for s in stages if s.status != StageStatus.CLOSED)
    return next(waiting, None) or next(unfinished, None) or stages[-1]


def _details(stage: StageProgress) -> dict[str, int]:
    counts = {status.value: getattr(stage, status.value) for status in COUNTED}
    return counts | (stage.result.created if stage.result else {})


def _message(
    stage: StageProgress, phase: Phase, live: Live, status: RunStatus, error: ErrorPayload | None
) -> str:
    if status == RunStatus.FAILED and error is not None:
        return error.user_message
    if status == RunStatus.CANCELLED:
        done = (
            f"{stage.completed:,} of {plural(stage.total, messages.ITEMS[stage.stage])} completed"
        )
        return f"Cancelled during {stage.name.lower()}: {done}"
    if phase == Phase.DONE and stage.result is not None:
        return stage.result.message
    told = live.meta.get(f"s{stage.stage}:message")
    same_phase = live.meta.get(f"s{stage.stage}:phase") == phase.value
    if told and stage.status == StageStatus.WAITING:  # what is counted are not outcomes yet
        return told
    if told and same_phase and not messages.counts_items(stage.stage, phase):
        return told
    values = {"count": stage.total, "total": stage.total, "processed": stage.ended}
    return messages.message(stage.stage, phase, values)
