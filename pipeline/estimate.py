"""How long a run will still take: from what items really took, never from the bar."""

import time
from typing import TYPE_CHECKING
from uuid import UUID

from db.status import RunStatus, StageStatus
from piccolo_conf import DB
from pipeline.bar import children_per_item
from pipeline.options import RunOptions

if TYPE_CHECKING:
    from pipeline.progress import Progress, StageProgress

FREE_STAGES = (3, 7)
"""No AI call: milliseconds an item, so nothing has to be known of them."""

REMEMBER = 30.0
"""Seconds that durations of earlier runs are kept in memory."""

_earlier: dict[UUID, tuple[float, dict[int, float]]] = {}


async def seconds_left(
    account: UUID, progress: "Progress", meta: dict[str, str], options: RunOptions
) -> float | None:
    """Seconds until the end; 0 when it has ended, None while a stage's durations are unknown."""
    if progress.status not in (RunStatus.RUNNING, RunStatus.PAUSED):
        return 0.0
    known = await _durations(account)
    total, coming, before = 0.0, 0.0, 0
    for stage in progress.stages:
        if stage.status == StageStatus.WAITING:
            coming += before  # what is done before it has not entered yet
        left = _left(stage, coming, options)
        coming, before = left, stage.completed
        if left <= 0 or stage.stage in FREE_STAGES:
            continue
        seconds = _of_this_run(stage.stage, meta) or known.get(stage.stage)
        if seconds is None:
            return None
        total += left * seconds / min(progress.concurrency, max(1.0, left))
    return round(total, 1)


def _left(stage: "StageProgress", coming: float, options: RunOptions) -> float:
    if stage.status == StageStatus.CLOSED:
        return 0.0
    return stage.total - stage.ended + coming * children_per_item(stage.stage, options)


def _of_this_run(stage: int, meta: dict[str, str]) -> float | None:
    items = int(meta.get(f"s{stage}:timed", 0))
    return int(meta.get(f"s{stage}:ms", 0)) / 1000 / items if items else None


async def _durations(account: UUID) -> dict[int, float]:
    """Seconds an item took, by stage, in the account's last five runs that know."""
    at, known = _earlier.get(account, (0.0, {}))
    if time.monotonic() - at < REMEMBER:
        return known
    parts = " union all ".join(
        f"(select {n} as stage, (stage_{n}_result ->> 'item_seconds')::float as seconds"
        f" from automation_run where account_id = $1"
        f" and stage_{n}_result ->> 'item_seconds' is not null"
        " order by started_at desc limit 5)"
        for n in range(1, 8)
    )
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"select stage, avg(seconds) as seconds from ({parts}) as s group by stage", account
        )
    known = {row["stage"]: row["seconds"] for row in rows}
    if len(_earlier) > 1000:
        _earlier.clear()
    _earlier[account] = (time.monotonic(), known)
    return known
