"""Redis held against PostgreSQL, for what a crash between the two leaves and nothing else notices.

While a run goes on, its items are entered that Redis does not know, and those it holds to be ended
although they are open are pending again. An item that only settles late is left to its worker. Once
the run has ended nobody is left to do so: then every item is put where PostgreSQL has it.
"""

from collections.abc import Sequence
from typing import Any

from db.status import OPEN_ITEM, StageStatus
from piccolo_conf import DB
from pipeline import queue
from pipeline.entering import BULK_TIMEOUT, OPEN
from pipeline.rebuild import rebuild
from pipeline.run import KEEP_SECONDS

COUNTS = f"""
    select stage, count(*) filter (where status in {OPEN}) as open,
           count(*) filter (where status = 'completed') as completed,
           count(*) filter (where status = 'failed') as failed,
           count(*) filter (where status = 'cancelled') as cancelled
    from run_item where run_id = $1 group by stage order by stage
"""

Counts = dict[int, tuple[int, ...]]
"""By stage how many items are open, completed, failed and cancelled."""


async def mend_running(key: queue.RunKey, open_stages: Sequence[int]) -> tuple[str, int]:
    """Compare a run that goes on; what was done, and to how many items (0: nothing)."""
    stored, known = await _stored(key), await _known(key)
    missing = {n: sum(c) - sum(known.get(n, ())) for n, c in stored.items()}
    if any(count > 0 for count in missing.values()):
        await rebuild(key)
        return "filled", sum(count for count in missing.values() if count > 0)
    moved = 0
    for stage in open_stages:
        if stage in stored and stored[stage][0] > known.get(stage, (0,))[0]:
            rows = await _items(key, stage)
            pending = [(r["item_id"], r["position"]) for r in rows if r["status"] in OPEN_ITEM]
            if count := await queue.reopen(key, stage, pending):
                await queue.set_stage(key, stage, StageStatus.OPEN)
                moved += count
    return "reopened", moved


async def mend_ended(key: queue.RunKey, version: int) -> int:
    """Compare a run that has ended; how many items Redis had elsewhere or not at all."""
    stored, known = await _stored(key), await _known(key)
    moved = 0
    for stage in [n for n, counts in stored.items() if known.get(n) != counts]:
        rows = [tuple(row) for row in await _items(key, stage)]
        moved += await queue.restore(key, version, stage, rows)
    if moved:
        await queue.expire(key, KEEP_SECONDS)
    return moved


async def _stored(key: queue.RunKey) -> Counts:
    async with DB.connection() as connection:
        rows = await connection.fetch(COUNTS, key.run, timeout=BULK_TIMEOUT)
    return {row["stage"]: tuple(row)[1:] for row in rows}


async def _known(key: queue.RunKey) -> Counts:
    answer = await queue.snapshot(key)
    if not answer:
        return {}
    fields = dict(zip(answer[0][::2], answer[0][1::2], strict=True))
    first = int(fields[b"first"])
    return {first + n: (c[0] + c[1], *c[2:]) for n, c in enumerate(answer[1])}


async def _items(key: queue.RunKey, stage: int) -> list[Any]:
    async with DB.connection() as connection:
        return list(
            await connection.fetch(
                "select item_id, status, position from run_item"
                " where run_id = $1 and stage = $2 order by position",
                key.run,
                stage,
                timeout=BULK_TIMEOUT,
            )
        )
