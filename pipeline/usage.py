"""What runs have used: credits and tokens, by stage."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from db.status import RunStatus
from piccolo_conf import DB
from pipeline.messages import FUNCTIONS
from pipeline.prices import ASKING

_RUNS = """
    select id, first_stage, last_stage, status, started_at, ended_at from automation_run
    where account_id = $1 and ($2::uuid is null or id = $2) and ($3::uuid is null or id < $3)
    order by id desc limit $4"""

_CREDITS = """
    select run_id, stage,
        coalesce(-sum(amount) filter (where kind = 'hold'), 0)::bigint as held,
        coalesce(-sum(held) filter (where kind = 'charge'), 0)::bigint as charged,
        coalesce(sum(amount) filter (where kind = 'release'), 0)::bigint as released
    from credit_entry where account_id = $1 and run_id = any($2::uuid[]) group by run_id, stage"""

_TOKENS = """
    select run_id, stage, count(*) filter (where status = 'completed') as completed,
        sum(tokens_in)::bigint as tokens_in, sum(tokens_out)::bigint as tokens_out,
        count(*) filter (where status = 'completed' and tokens_out is null) as untold
    from run_item where account_id = $1 and run_id = any($2::uuid[]) group by run_id, stage"""


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Credits and tokens of a stage, or of a run as a whole.

    `held` credits were set aside in all: of them `charged` were spent, `released` given back, and
    `left` are still set aside. Tokens are null while the AI service told none; `untold` is how many
    of the `completed` items it told none of, so the sums may leave something out.
    """

    held: int = 0
    charged: int = 0
    released: int = 0
    left: int = 0
    completed: int = 0
    tokens_in: int | None = None
    tokens_out: int | None = None
    untold: int = 0


class StageUse(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage of a run has used."""

    stage: int
    function: str
    use: Use


class RunUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has used; `function` is null for a run of several stages."""

    run_id: UUID
    function: str | None
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None
    use: Use
    stages: list[StageUse]


async def used(
    account: UUID, *, run: UUID | None = None, before: UUID | None = None, limit: int = 20
) -> list[RunUse]:
    """The account's runs, newest first, with what they used; `before` is the last one seen."""
    async with DB.connection() as connection:
        runs = await connection.fetch(_RUNS, account, run, before, limit)
        ids = [row["id"] for row in runs]
        paid = await connection.fetch(_CREDITS, account, ids)
        told = await connection.fetch(_TOKENS, account, ids)
    facts: dict[tuple[UUID, int], dict[str, Any]] = {}
    for row in (*paid, *told):
        facts.setdefault((row["run_id"], row["stage"]), {}).update(
            {name: value for name, value in row.items() if name not in ("run_id", "stage")}
        )
    return [_run(row, facts) for row in runs]


def _run(row: Any, facts: dict[tuple[UUID, int], dict[str, Any]]) -> RunUse:
    first, last = row["first_stage"], row["last_stage"]
    stages = [
        StageUse(stage=n, function=FUNCTIONS[n], use=_use(n, facts.get((row["id"], n), {})))
        for n in range(first, last + 1)
    ]
    return RunUse(
        run_id=row["id"],
        function=FUNCTIONS[first] if first == last else None,
        status=RunStatus(row["status"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        use=_sum([stage.use for stage in stages]),
        stages=stages,
    )


def _use(stage: int, facts: dict[str, Any]) -> Use:
    use = Use(**facts)
    left = use.held - use.charged - use.released
    untold = use.untold if stage in ASKING else 0
    return msgspec.structs.replace(use, left=left, untold=untold)


def _sum(uses: Sequence[Use]) -> Use:
    return Use(
        held=sum(use.held for use in uses),
        charged=sum(use.charged for use in uses),
        released=sum(use.released for use in uses),
        left=sum(use.left for use in uses),
        completed=sum(use.completed for use in uses),
        tokens_in=_known([use.tokens_in for use in uses]),
        tokens_out=_known([use.tokens_out for use in uses]),
        untold=sum(use.untold for use in uses),
    )


def _known(counts: Sequence[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    told = [count for count in counts if count is not None]
    return sum(told) if told else None
