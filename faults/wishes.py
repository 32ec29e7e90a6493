"""What people do at the worst moments: cancel, pause and resume in a storm, retry twice; bells."""

import asyncio
import contextlib
import signal
import time
from uuid import UUID

from bench import rows
from bench.figures import quantile
from faults.trial import SECONDS, STAGE, WORKERS, Trial
from faults.watching import ENDED, statuses
from pipeline import broker, controls
from pipeline.receipts import Cancelled

MOMENTS = 40
"""Cancels at moments left to chance, in one trial."""
PAUSED = 2.0
"""Seconds of each long pause."""
FREE = 1.0
"""Seconds after which nothing new may start in a paused run."""


async def cancel_anytime(trial: Trial) -> None:
    """Cancel twice at once, at many moments left to chance: at work, in pause, with the last item.

    A run that has ended by then stays as it is.
    """
    trial.may_cancel = True
    starts, closes = [], []
    for n in range(4 if trial.short else MOMENTS):
        if n:
            trial.wanted += 1  # other titles
            await trial.rig.answer(seconds=SECONDS, replay=1)
            items = await rows.tasks(trial.account, trial.wanted)
            trial.others.append(await trial.start(items))
        stopped = await _cancel_once(trial, trial.runs[-1], paused=n % 4 == 3)
        if stopped is not None:
            starts.append(stopped[0])
            closes.append(stopped[1])
    trial.measure("runs cancelled", len(starts), least=1)
    if starts:
        trial.measure("until nothing new started, p95", quantile(starts, 0.95), "s", most=1)
        trial.measure("until calls were closed, p95", quantile(closes, 0.95), "s", most=3)


async def _cancel_once(trial: Trial, run: UUID, *, paused: bool) -> tuple[float, float] | None:
    """Seconds after the cancel of the last start and of the last end of a call; None: too late."""
    longest = SECONDS * (trial.wanted / trial.slots + 2)
    await asyncio.sleep(trial.rng.uniform(0, longest))
    with contextlib.suppress(controls.IllegalMove):
        if paused:
            await controls.pause(trial.account, run)
    asked = time.monotonic()
    both = (controls.cancel(trial.account, run) for _ in range(2))
    answers = await asyncio.gather(*both, return_exceptions=True)
    receipts = [answer for answer in answers if isinstance(answer, Cancelled)]
    trial.count("cancels with two receipts", max(0, len(receipts) - 1))
    if not receipts:
        return None
    await _check_receipt(trial, run, receipts[0])
    await trial.until(lambda: _all_closed(trial), 10)
    calls = await trial.rig.calls()
    ended = [call.ended for call in calls if call.ended is not None]
    last_start = max((call.started for call in calls), default=0.0)
    return max(0.0, last_start - asked), max(0.0, max(ended, default=0.0) - asked)


async def _check_receipt(trial: Trial, run: UUID, receipt: Cancelled) -> None:
    """The receipt names the end of every item, and what is held came back."""
    found = list((await statuses(run)).values())
    told = {end: sum(getattr(receipt, end).values()) for end in ENDED}
    wrong = sum(abs(found.count(end) - told[end]) for end in ENDED)
    trial.count("items of which a receipt is wrong", wrong)
    held = await trial.fetch(
        "select coalesce(sum(held), 0) from credit_entry where run_id = $1", run
    )
    trial.count("credits that did not come back", int(held[0][0]))


async def _all_closed(trial: Trial) -> bool:
    return all(call.ended is not None for call in await trial.rig.calls())


async def cancel_while_dead(trial: Trial) -> None:
    """All workers are killed, then the run is cancelled: those who come back do nothing of it."""
    trial.may_cancel = True
    await trial.mid_stage()
    trial.signal(signal.SIGKILL, *WORKERS)
    with contextlib.suppress(controls.IllegalMove):
        await controls.cancel(trial.account, trial.run)


async def toggle(trial: Trial) -> None:
    """A pause in which nothing may start; then a hundred, with a worker killed in between."""
    await trial.mid_stage()
    with contextlib.suppress(controls.IllegalMove):
        for _ in range(1 if trial.short else 3):
            await _pause_long(trial)
        for n in range(100):
            await controls.pause(trial.account, trial.run)
            if n == 50:
                trial.signal(signal.SIGKILL, trial.rng.choice(WORKERS))
            await controls.resume(trial.account, trial.run)
        trial.hit()


async def _pause_long(trial: Trial) -> None:
    """Count what starts in a pause, and how long after its end the first call starts."""
    await controls.pause(trial.account, trial.run)
    paused = time.monotonic()
    await asyncio.sleep(PAUSED)
    resumed = time.monotonic()
    await controls.resume(trial.account, trial.run)
    starts = [call.started for call in await trial.rig.calls()]
    trial.count("started in a pause", sum(paused + FREE < s < resumed for s in starts))
    late = [s - paused for s in starts if paused < s < resumed]
    trial.measure("last start after the pause", max(late, default=0.0), "s", most=FREE)

    async def gone_on() -> bool:
        again = [c.started - resumed for c in await trial.rig.calls() if c.started > resumed]
        if again:
            trial.measure("first start after the resume", min(again), "s", most=1)
        return bool(again) or not await trial.active()

    await trial.until(gone_on, 30)


async def doubled_bells(trial: Trial) -> None:
    """Bells beyond need, early and late, from the start to the end."""
    while await trial.active():
        await broker.ring(STAGE, trial.account, trial.run, trial.rng.randint(1, 6))
        await broker.ring_advance(trial.account, trial.run)
        await asyncio.sleep(trial.rng.uniform(0, 0.3))
