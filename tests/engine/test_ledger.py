"""Outcomes of one batch that are saved while a cancel or another worker has its items."""

import asyncio
from uuid import UUID

from piccolo_conf import DB
from pipeline import ledger
from pipeline.advance import advance
from pipeline.errors import AIProviderError, payload
from pipeline.stage import STAGES, Done, Job
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import until

LOCK = "select from run_item where item_id = $1 for update nowait"
WAITING = "select count(*) from pg_locks where not granted"


async def test_a_batch_waits_for_its_items_in_the_order_of_a_cancel(
    account: UUID, fate: Fate
) -> None:
    """Or each would hold what the other waits for, and PostgreSQL would end one after a second."""
    key = await fakes.start(account, count=2, last_stage=2)
    await advance(key)
    first, second = sorted(await fakes.items(key, 2))
    items, _ = await ledger.begin(key.run, 2, [(first, 1), (second, 1)])
    job = Job(
        *(account, key.run, 2, fakes.OPTIONS, items),
        report=lambda *_, **__: None,
    )
    no = payload(AIProviderError("no answer"), phase="AI_CALL", stage=2)
    async with DB.connection() as other, other.transaction():
        await other.fetch(LOCK, first)
        saving = asyncio.create_task(ledger.finish(STAGES[2], job, {second: Done(True), first: no}))

        async def waits() -> bool:
            return bool(await other.fetchval(WAITING))

        await until(waits)
        await other.fetch(LOCK, second)
    finished = await saving
    assert finished.outcomes == {second: "completed", first: "failed"}
