"""The account's stream of changes: what is appended to it, and how it is read on from a cursor.

Every script of `queue.py` appends what it changed; this module appends what people change. A cursor
is an epoch and the id of an event. The epoch names one life of the stream: after a FLUSHALL or a
restart of Redis it is another, and whoever comes with an old one has to load everything anew.

    igny8:{account}:events         stream   newest 10,000 changes or so
    igny8:{account}:events:epoch   string   made by the first reader

Both go together when nobody has written or read for a week: a cursor of before is then unknown.
"""

import logging
import uuid
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec
import redis.asyncio
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from pipeline.connections import state

log = logging.getLogger(__name__)

MAX_LENGTH = 10_000
"""Events kept for an account, more or less; `lua/prelude.lua` has the same number."""
IDLE = 604_800
"""Seconds that the stream is kept after its last use; `lua/prelude.lua` has the same number."""
MAX_IDS = 500
"""Rows that one event names. Of more it says that there are many."""
START = "0-0"

Table = Literal["keyword", "cluster", "idea", "task", "content", "image"]
STAGE_TABLE: dict[int, Table] = {
    1: "keyword",
    2: "cluster",
    3: "idea",
    4: "task",
    5: "content",
    6: "image",
    7: "content",
}
"""Whose rows the items of a stage are."""


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in the stream, of whatever type; `many` rows are not named."""

    type: str
    run: UUID | None = None
    stage: int | None = None
    status: str | None = None
    version: int | None = None
    counts: list[int] | None = None
    items: list[UUID] = []
    table: Table | None = None
    ids: list[UUID] = []
    deleted: bool = False
    many: bool = False


class Position(msgspec.Struct, frozen=True):
    """A place in the stream: after the event `id`, in the life of it that `epoch` names."""

    epoch: str
    id: str

    def __str__(self) -> str:
        return f"{self.epoch}.{self.id}"

    @property
    def order(self) -> tuple[int, int]:
        """What positions of one epoch are compared by."""
        ms, _, count = self.id.partition("-")
        return int(ms), int(count)


def position_of(cursor: str) -> Position | None:
    """The position a cursor stands for; None if it cannot be one of ours."""
    epoch, _, place = cursor.partition(".")
    ms, _, count = place.partition("-")
    if not (epoch.isalnum() and epoch.isascii() and _is_number(ms) and _is_number(count)):
        return None
    return Position(epoch, place)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20


class Page(msgspec.Struct, frozen=True):
    """Some events in their order; `position` is the one after them.

    `lost` tells that what followed the cursor is not there any more: `position` is the end of the
    stream as it is now. `full` tells that there may be more.
    """

    position: Position
    events: list[tuple[str, Stored]] = []
    lost: bool = False
    full: bool = False


def stream_of(account: UUID) -> str:
    """The key of an account's stream."""
    return f"igny8:{{{account}}}:events"


@cache
def _script() -> AsyncScript:
    source = (Path(__file__).parent / "lua" / "events.lua").read_bytes()
    return AsyncScript(None, source)  # type: ignore[arg-type]


async def read(
    account: UUID, after: Position | None, *, until: str = "+", limit: int = 1000
) -> Page:
    """Events after a position, up to the id `until`. None is the end of the stream: no events."""
    stream = stream_of(account)
    place = "" if after is None else after.id
    epoch, last, first, length, rows = await _script()(
        keys=[stream, f"{stream}:epoch"],
        args=[uuid.uuid4().hex[:12], place, until, limit, IDLE],
        client=state(),
    )
    end = Position(epoch.decode(), last.decode())
    if after is None:
        return Page(end)
    if after.epoch != end.epoch or _is_gone(after, end, first.decode(), length):
        return Page(end, lost=True)
    events = [(name.decode(), event) for name, fields in rows if (event := _decoded(fields))]
    position = Position(end.epoch, rows[-1][0].decode()) if rows else after
    return Page(position, events, full=len(rows) == limit)


async def before(account: UUID, position: Position, ms: int) -> list[Stored]:
    """The newest events of the milliseconds up to a position, the newest first."""
    since = max(0, position.order[0] - ms)
    rows: Any = await state().xrevrange(stream_of(account), max=position.id, min=since, count=1000)
    events = [_decoded([*next(iter(fields.items()))]) for _, fields in rows]
    return [event for event in events if event is not None]


def _is_gone(after: Position, end: Position, first: str, length: int) -> bool:
    """Whether events after this position were trimmed, or it never was in this stream."""
    if after.order > end.order:
        return True
    if after.id == START:
        return length >= MAX_LENGTH
    return Position(end.epoch, first).order > after.order


def _decoded(fields: list[bytes]) -> Stored | None:
    try:
        return msgspec.json.decode(fields[1], type=Stored)
    except (msgspec.MsgspecError, IndexError):
        log.exception("an event cannot be read: %r", fields[:2])
        return None


async def wait(client: redis.asyncio.Redis, account: UUID, after: Position, seconds: float) -> None:
    """Come back when there may be an event after the position, at the latest after `seconds`."""
    ms = max(1, round(seconds * 1000))  # 0 would wait for ever
    await client.xread({stream_of(account): after.id}, count=1, block=ms)


async def append(account: UUID, kind: str, **fields: Any) -> None:
    """Tell the account's clients, after what is told was committed.

    The change stands whether or not it can be told: where Redis is away, the log says so.
    """
    try:
        stream = stream_of(account)
        async with state().pipeline(transaction=True) as changes:
            changes.xadd(
                stream,
                {"event": msgspec.json.encode({"type": kind, **fields})},
                maxlen=MAX_LENGTH,
                approximate=True,
            )
            changes.expire(f"{stream}:epoch", IDLE)  # first: no cursor may outlive the stream
            changes.expire(stream, IDLE)
            await changes.execute()
    except RedisError as error:
        log.warning("account %s: clients were not told of %s: %s", account, kind, error)


async def rows_changed(
    account_id: UUID, table: str, ids: Iterable[UUID], deleted: bool = False
) -> None:
    """Rows were made, edited or deleted: clients fetch them by their ids, or everything they show.

    `table` is keyword, cluster, idea, task, content or image; the idea's table in the database is
    taken for it. No ids, no event. Call it after the commit. Never raises for an absent Redis.
    """
    rows = list(ids)
    name = msgspec.convert("idea" if table == "content_idea" else table, Table)
    if len(rows) > MAX_IDS:
        await append(account_id, "rows", table=name, many=True)
    elif rows:
        await append(account_id, "rows", table=name, ids=rows, deleted=deleted)


async def credits_changed(account_id: UUID) -> None:
    """The balance or the ledger changed: clients are sent the balance."""
    await append(account_id, "credits")
