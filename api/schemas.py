"""What goes in and out over HTTP. Structs of the pipeline that are answers already stay theirs.

Lists are pages: `next` is what to send as `after` for the rows that follow, null at the end.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from db.status import RunOrder, RunStatus
from pipeline.errors import ErrorPayload
from pipeline.options import RunOptions
from pipeline.steps import NumberedStep

Function = Literal[
    "auto_cluster",
    "generate_ideas",
    "create_tasks",
    "generate_content",
    "generate_image_prompts",
    "generate_images",
    "final_review",
]
"""The functions by name; a test holds them to the pipeline's own."""

QueueName = Literal["pending", "processing", "completed", "failed", "cancelled"]

Move = Literal["pause", "resume", "cancel", "retry"]
"""What a person can do with a run."""

RunKind = Literal["automation", "by_hand"]
"""A run of several stages, or of one function."""

StageNumber = Annotated[int, Meta(ge=1, le=7)]
Ids = Annotated[list[UUID], Meta(min_length=1, max_length=100_000)]


class StartRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run to start: one `function` by hand, or the stages from `first_stage` to `last_stage`.

    `selection` is ids of rows the first stage works on, or all of them that are new to it.
    """

    function: Function | None = None
    first_stage: StageNumber | None = None
    last_stage: StageNumber | None = None
    selection: Ids | Literal["all_new"]
    options: RunOptions = RunOptions()
    order: RunOrder = RunOrder.STAGE_BY_STAGE
    concurrency: Annotated[int, Meta(ge=1, le=1000)] | None = None


class RetryRun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which failed items to try again: all of the run, of one stage, or those named."""

    stage: StageNumber | None = None
    items: Ids | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One execution. `function` is null for a run of several stages. Results come per stage.

    `credits_used` is what it was charged so far; `moves` is what can be done with it now.
    """

    id: UUID
    function: Function | None
    first_stage: int
    last_stage: int
    order: RunOrder
    status: RunStatus
    stage: int
    concurrency: int
    options: RunOptions
    stage_1_result: dict[str, Any] | None
    stage_2_result: dict[str, Any] | None
    stage_3_result: dict[str, Any] | None
    stage_4_result: dict[str, Any] | None
    stage_5_result: dict[str, Any] | None
    stage_6_result: dict[str, Any] | None
    stage_7_result: dict[str, Any] | None
    error: ErrorPayload | None
    credits_used: int
    moves: list[Move]
    started_by: str
    started_at: datetime
    ended_at: datetime | None


class RunPage(msgspec.Struct, frozen=True):
    """Some runs, the newest first."""

    items: list[Run]
    next: UUID | None


class StepPage(msgspec.Struct, frozen=True):
    """Some lines of a run's step log, the oldest first; `next` is the number of the last one."""

    items: list[NumberedStep]
    next: int | None


class QueueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of a stage in a run."""

    id: UUID
    title: str
    position: int
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None


class Failure(msgspec.Struct, frozen=True):
    """A failed item and why it failed."""

    item: QueueItem
    error: ErrorPayload | None


class StageQueues(msgspec.Struct, frozen=True, kw_only=True):
    """Where the items of a stage stand. The counts add up to `total`; the lists are pages.

    `next` has, for each queue with more items, what to send as `after` to go on in it.
    """

    counts: dict[QueueName, int]
    total: int
    pending: list[QueueItem]
    processing: list[QueueItem]
    completed: list[QueueItem]
    failed: list[Failure]
    cancelled: list[QueueItem]
    next: dict[QueueName, str]


class HealthCheck(msgspec.Struct, frozen=True):
    """One thing that must work, whether it does, and what was seen."""

    ok: bool
    detail: str


class Readiness(msgspec.Struct, frozen=True):
    """Whether requests can be served and runs will be worked on."""

    ready: bool
    checks: dict[str, HealthCheck]


class Alive(msgspec.Struct, frozen=True):
    """This process answers."""

    alive: bool = True
