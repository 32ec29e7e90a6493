"""What clients of the live updates get: events in frames, the same by WebSocket, SSE and polling.

An event says what changed, never a row's content; `docs/live-updates.md` says what a client does
with each.
"""

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from db.status import GenerationStatus, RunStatus, StageStatus
from pipeline.events import Table
from pipeline.progress import Progress

Cursor = Annotated[
    str,
    Meta(
        description="Where the stream was read to; send it as `after` to go on from there.",
        examples=["1f0c9a7be2d44c1e90ab12cd.1763841600000-0"],
    ),
]


class Counts(msgspec.Struct, frozen=True):
    """How many items of a stage stand in each queue; taken in one moment, so they add up."""

    pending: int
    processing: int
    completed: int
    failed: int
    cancelled: int


class RunChanged(msgspec.Struct, frozen=True, tag="run"):
    """A run started, paused, went on or ended; of two the higher version is the newer."""

    run: UUID
    status: RunStatus
    version: int


class StageChanged(msgspec.Struct, frozen=True, tag="stage"):
    """A stage's counts changed; `status` is there when it opened or closed."""

    run: UUID
    stage: int
    counts: Counts
    status: StageStatus | None = None


class ItemsMoved(msgspec.Struct, frozen=True, tag="items"):
    """Rows of the stage's table have this `generation_status` now."""

    run: UUID
    stage: int
    status: GenerationStatus
    items: list[UUID]
    counts: Counts


class RowsChanged(msgspec.Struct, frozen=True, tag="rows"):
    """Rows to fetch again by `ids=`, or deleted ones; with `many`, all that are shown."""

    table: Table
    ids: list[UUID] = []
    deleted: bool = False
    many: bool = False


class Progressed(msgspec.Struct, frozen=True, tag="progress"):
    """A run's progress as it is now, with the newest lines of its step log only."""

    run: UUID
    progress: Progress


class CreditsChanged(msgspec.Struct, frozen=True, tag="credits"):
    """Credits were held, charged, released or added; this is what can be spent now."""

    balance: int


class WorkersAlive(msgspec.Struct, frozen=True, tag="workers"):
    """How many worker processes there are. Runs wait while there is none."""

    text: int
    images: int


Event = (
    RunChanged
    | StageChanged
    | ItemsMoved
    | RowsChanged
    | Progressed
    | CreditsChanged
    | WorkersAlive
)


class Batch(msgspec.Struct, frozen=True, tag="batch"):
    """What changed up to the cursor, in the order to apply it. Of one thing the latest state."""

    cursor: Cursor
    events: list[Event]


class Resync(msgspec.Struct, frozen=True, tag="resync"):
    """What changed before the cursor is not known any more: load everything that is shown anew."""

    cursor: Cursor


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat"):
    """Nothing has changed; the line is alive."""

    cursor: Cursor


Body = Batch | Resync | Heartbeat


class Frame:
    """A numbered frame, encoded once for all who get it."""

    def __init__(self, number: int, body: Body) -> None:
        self.number, self.cursor = number, body.cursor
        raw = msgspec.json.encode(body)
        self.text = raw.decode()
        self.sse = b"id: %s\ndata: %s\n\n" % (body.cursor.encode(), raw)
