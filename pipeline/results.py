"""What a stage has made, counted from the data: the `stage_n_result` of a run."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from pipeline import messages

MADE = {
    1: "select count(distinct k.cluster_id) as clusters from done d join keyword k on k.id = d.id",
    2: "select count(*) as ideas,"
    " (select count(distinct k.cluster_id) from run_item p join keyword k on k.id = p.item_id"
    "  where p.run_id = $1 and p.stage = 1 and p.status = 'completed' and not exists"
    "  (select 1 from run_item c where c.run_id = $1 and c.stage = 2 and c.item_id = k.cluster_id)"
    " ) as clusters_left_alone"
    " from content_idea i join done d on d.id = i.cluster_id where i.run_id = $1",
    3: "select count(*) as tasks from task t join done d on d.id = t.idea_id",
    4: "select coalesce(sum(c.word_count), 0)::bigint as words"
    " from content c join done d on d.id = c.task_id",
    5: "select count(*) filter (where i.kind = 'featured') as featured,"
    " count(*) filter (where i.kind = 'in_article') as in_article"
    " from image i join done d on d.id = i.content_id",
    6: "select count(*) as images from done",
    7: "select count(*) filter (where c.review ->> 'result' = 'ready') as ready,"
    " count(*) filter (where c.review ->> 'result' is distinct from 'ready') as needs_attention"
    " from content c join done d on d.id = c.id",
}


class StageResult(msgspec.Struct, frozen=True):
    """Result of a closed stage. `loaded` items came in; `created` says by name what was made.

    `seconds` is from opening to closing, `item_seconds` the work on an item (a batch's is shared).
    """

    loaded: int
    completed: int
    failed: int
    created: dict[str, int]
    seconds: float
    item_seconds: float | None
    credits: int
    tokens_in: int | None
    tokens_out: int | None
    message: str


ITEM_SECONDS = (
    "select (sum(took) / nullif(sum(items), 0))::float from ("
    " select extract(epoch from max(finished_at) - started_at) as took, count(*) as items"
    " from run_item where run_id = $1 and stage = $2 and status = 'completed'"
    " group by started_at) as claim"
)
"""Items of one claim have one `started_at`."""


async def made(connection: asyncpg.Connection, run: UUID, stage: int) -> dict[str, int]:
    """What the completed items of a stage have made, by name."""
    row = await connection.fetchrow(
        "with done as (select item_id as id from run_item"
        f" where run_id = $1 and stage = {stage} and status = 'completed') {MADE[stage]}",
        run,
    )
    return {name: int(value) for name, value in row.items()}


async def count(
    connection: asyncpg.Connection, run: UUID, stage: int, opened_at: datetime
) -> StageResult:
    """The result of a stage that has just ended."""
    row = await connection.fetchrow(
        "select count(*) as loaded, count(*) filter (where status = 'completed') as completed,"
        " count(*) filter (where status = 'failed') as failed,"
        " sum(tokens_in)::bigint as tokens_in, sum(tokens_out)::bigint as tokens_out,"
        f" ({ITEM_SECONDS}) as item_seconds,"
        " extract(epoch from now() - $3::timestamptz)::float as seconds"
        " from run_item where run_id = $1 and stage = $2",
        run,
        stage,
        opened_at,
    )
    paid = await connection.fetchval(
        "select coalesce(-sum(held), 0)::bigint from credit_entry"
        " where run_id = $1 and stage = $2 and kind = 'charge'",
        run,
        stage,
    )
    created = await made(connection, run, stage)
    text = messages.success(stage, row["loaded"], row["completed"], row["failed"], created)
    return StageResult(**row, created=created, credits=paid, message=text)
