"""PostgreSQL takes transactions back: serialization failures of a proxy, and real deadlocks."""

import asyncio
import contextlib
import time
from functools import partial
from uuid import UUID

from bench import rows
from bench.figures import quantile
from db.engine import ROLLED_BACK
from faults.proxy import Fate, pass_all
from faults.trial import SECONDS, WORKERS, Trial
from faults.watching import AWAY
from faults.wire import BEGINS, ENDS, Request
from piccolo_conf import DB

RATES = (0.0, 0.01, 0.05, 0.1)
RATES_SHORT = (0.0, 0.3)
DEADLOCKS = "select deadlocks from pg_stat_database where datname = current_database()"


async def roll_back(trial: Trial) -> None:
    """PostgreSQL refuses 1 to 10 % of commits and single statements; a session seeks deadlocks."""
    (before,) = await trial.fetch(DEADLOCKS)
    for rate in RATES_SHORT if trial.short else RATES:
        for name in WORKERS:
            trial.lines[name].postgres.judge = partial(_refuse, trial, rate) if rate else pass_all
        run = await _further_run(trial)
        rival = asyncio.create_task(_rival(trial, run)) if rate else None
        await trial.over(run)
        if rival is not None:
            rival.cancel()
            await asyncio.gather(rival, return_exceptions=True)
        late = quantile(await _saved_after(trial, run), 0.99)
        trial.measure(f"p99 from answer to save, {100 * rate:g} % refused", late, "s")
    refused = sum(trial.lines[name].postgres.done for name in WORKERS)
    trial.measure("transactions refused", refused, least=1)
    await asyncio.sleep(1.0)  # PostgreSQL counts late
    (after,) = await trial.fetch(DEADLOCKS)
    trial.measure("deadlocks", after["deadlocks"] - before["deadlocks"])


async def _further_run(trial: Trial) -> UUID:
    """The run that has begun, or another one of the same size."""
    if await trial.active() and not trial.others:
        return trial.run
    trial.wanted += 1  # other titles
    await trial.rig.answer(seconds=SECONDS, replay=1)
    trial.others.append(await trial.start(await rows.tasks(trial.account, trial.wanted)))
    return trial.runs[-1]


def _refuse(trial: Trial, rate: float, request: Request) -> Fate:
    alone = len(request.story) == 1 and not request.text.startswith((*BEGINS, *ENDS))
    may = request.is_commit or (alone and request.text and not request.parses)
    return Fate.REFUSE if may and trial.rng.random() < rate else Fate.PASS


async def _rival(trial: Trial, run: UUID) -> None:
    """Lock what a save locks, in the other order, again and again."""
    while True:
        with contextlib.suppress(*ROLLED_BACK, *AWAY):
            async with DB.transaction() as transaction:
                connection = transaction.connection
                await connection.execute(
                    "select 1 from account where id = $1 for update", trial.account
                )
                await asyncio.sleep(0.1)
                await connection.execute(
                    "update run_item set title = title where run_id = $1 and status <> 'queued'",
                    run,
                )
        await asyncio.sleep(0.2)


async def _saved_after(trial: Trial, run: UUID) -> list[float]:
    """Seconds from each answer until the transaction that saved it began."""
    offset = time.time() - time.monotonic()
    saved = {
        row["title"]: row["at"]
        for row in await trial.fetch(
            "select title, extract(epoch from finished_at)::float as at from run_item"
            " where run_id = $1 and status = 'completed'",
            run,
        )
    }
    return [
        saved[call.about] - offset - call.ended
        for call in await trial.rig.calls()
        if call.ended is not None and call.about in saved
    ] or [0.0]
