"""The step log of a run, by number, so that it can be read on from where one was.

Redis keeps the newest thousand steps for as long as it keeps the run; later the log is what
PostgreSQL has: the message with which each stage closed.
"""

from functools import cache
from uuid import UUID

import msgspec
from redis.commands.core import AsyncScript

from db.status import Phase
from piccolo_conf import DB
from pipeline import queue
from pipeline.connections import state
from pipeline.reporter import PHASE_END, Step


class NumberedStep(msgspec.Struct, frozen=True):
    """A line of the step log; `number` counts the run's steps from 1."""

    number: int
    stage: int
    phase: Phase
    message: str
    percentage: float
    at: float


@cache
def _script() -> AsyncScript:
    return AsyncScript(None, queue.source("steps"))  # type: ignore[arg-type]


async def read(account: UUID, run: UUID, after: int, limit: int) -> list[NumberedStep]:
    """Up to `limit` steps of the account's run behind number `after`, oldest first."""
    key = queue.RunKey(account, run)
    answer = await _script()(keys=[key.meta, key.events], client=state())
    if not answer:
        steps = await _closings(account, run)
        first = 1
    else:
        steps = [msgspec.json.decode(raw, type=Step) for raw in answer[1]]
        first = max(answer[0], len(steps)) - len(steps) + 1
    numbered = [
        NumberedStep(number, *msgspec.structs.astuple(step))
        for number, step in enumerate(steps, first)
    ]
    return [step for step in numbered if step.number > after][:limit]


async def _closings(account: UUID, run: UUID) -> list[Step]:
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select s.stage, extract(epoch from s.closed_at)::float as at,"
            " to_jsonb(r) -> ('stage_' || s.stage || '_result') ->> 'message' as message"
            " from run_stage s join automation_run r on r.id = s.run_id"
            " where r.id = $1 and r.account_id = $2 and s.closed_at is not null"
            " order by s.closed_at, s.stage",
            run,
            account,
        )
    done = Phase.DONE
    return [Step(row["stage"], done, row["message"], PHASE_END[done], row["at"]) for row in rows]
