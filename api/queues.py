"""The queues of a stage of a run: how many items stand in each, and which, page by page.

Counts come from the live sets and add up at every instant; the lists are read from the record, in
the order the items came.
"""

from typing import Annotated, Any, get_args
from uuid import UUID

import asyncpg
import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, PathParameter, QueryParameter

from api.problems import Problem, invalid
from api.runs import find_progress
from api.schemas import Failure, QueueItem, QueueName, StageQueues
from api.texts import PLACE, PLAIN
from piccolo_conf import DB
from pipeline.errors import ErrorPayload

QUEUES: tuple[QueueName, ...] = get_args(QueueName)

STATUS = {name: name for name in QUEUES} | {"pending": "queued"}
"""What the record says of an item in each queue: it waits in `pending` as `queued`."""

START = "0-0"
"""The cursor before the first item; positions count from 0 and record ids from 1."""


@get("/runs/{run_id:uuid}/stages/{stage:int}/queues", summary="Queues of a stage")
async def show_queues(
    account_id: NamedDependency[UUID],
    run_id: FromPath[UUID],
    stage: Annotated[int, PathParameter(ge=1, le=7)],
    queue: Annotated[
        QueueName | None, QueryParameter(description="Only this queue; the others stay empty")
    ] = None,
    after: Annotated[
        str | None,
        QueryParameter(pattern=PLACE, description="From `next` of a page; needs `queue`"),
    ] = None,
    q: Annotated[
        str | None,
        QueryParameter(
            max_length=100, pattern=PLAIN, description="Only items with this in their title"
        ),
    ] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=1000)] = 50,
) -> StageQueues:
    """Counts of all queues, and the first items of each or the next page of one.

    The counts are those of all items, also where `q` picks some of them.
    """
    if after is not None and queue is None:
        raise invalid("queue", "Say which queue to go on in when `after` is given.")
    now = await find_progress(account_id, run_id)
    counts = next((each for each in now.stages if each.stage == stage), None)
    if counts is None:
        raise Problem(404, "unknown_stage", f"Stage {stage} is not part of this run.")
    rows: dict[QueueName, list[Any]] = {name: [] for name in QUEUES}
    following: dict[QueueName, str] = {}
    async with DB.transaction() as transaction:
        connection = transaction.connection
        # All queues of one moment: an item that moves meanwhile stands in one of them.
        await connection.execute("set transaction isolation level repeatable read, read only")
        for name in QUEUES if queue is None else (queue,):
            stands = (account_id, run_id, stage, STATUS[name])
            found = await _page(connection, stands, after or START, q, limit + 1)
            rows[name] = found[:limit]
            if len(found) > limit:
                following[name] = "{position}-{id}".format_map(found[limit - 1])
    return StageQueues(
        counts={name: getattr(counts, name) for name in QUEUES},
        total=counts.total,
        pending=[_item(row) for row in rows["pending"]],
        processing=[_item(row) for row in rows["processing"]],
        completed=[_item(row) for row in rows["completed"]],
        failed=[
            Failure(_item(row), msgspec.convert(row["error"], ErrorPayload | None))
            for row in rows["failed"]
        ],
        cancelled=[_item(row) for row in rows["cancelled"]],
        next=following,
    )


async def _page(
    connection: asyncpg.Connection,
    stands: tuple[UUID, UUID, int, str],
    after: str,
    q: str | None,
    limit: int,
) -> list[Any]:
    """Rows of one queue behind the cursor `position-id`, in the order of their positions.

    `stands` is account, run, stage and status.
    """
    position, row_id = map(int, after.split("-"))
    return list(
        await connection.fetch(
            "select id, item_id, title, position, attempts, started_at, finished_at, error"
            " from run_item where account_id = $1 and run_id = $2 and stage = $3"
            " and status = $4 and (position, id) > ($5, $6)"
            " and ($7::text is null or strpos(lower(title), lower($7)) > 0)"
            " order by position, id limit $8",
            *stands,
            position,
            row_id,
            q,
            limit,
        )
    )


def _item(row: Any) -> QueueItem:
    return QueueItem(
        id=row["item_id"],
        title=row["title"],
        position=row["position"],
        attempts=row["attempts"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
    )
