"""What people do at the worst moments: cancel, pause and resume in a storm, retry twice; bells."""

import asyncio
import contextlib
import signal

from faults.trial import STAGE, WORKERS, Trial
from pipeline import broker, controls


async def cancel_anytime(trial: Trial) -> None:
    """Cancel at a moment left to chance, twice at once."""
    trial.may_cancel = True
    await asyncio.sleep(trial.rng.uniform(0, 4))
    with contextlib.suppress(controls.IllegalMove):
        both = (controls.cancel(trial.account, trial.run) for _ in range(2))
        await asyncio.gather(*both)


async def cancel_while_dead(trial: Trial) -> None:
    """All workers are killed, then the run is cancelled: those who come back do nothing of it."""
    trial.may_cancel = True
    await trial.mid_stage()
    trial.signal(signal.SIGKILL, *WORKERS)
    with contextlib.suppress(controls.IllegalMove):
        await controls.cancel(trial.account, trial.run)


async def toggle(trial: Trial) -> None:
    """Pause and resume a hundred times, with a worker killed in between; the last wish wins."""
    await trial.mid_stage()
    with contextlib.suppress(controls.IllegalMove):
        for n in range(100):
            await controls.pause(trial.account, trial.run)
            if n == 50:
                trial.signal(signal.SIGKILL, trial.rng.choice(WORKERS))
            await controls.resume(trial.account, trial.run)
        trial.hit()


async def doubled_bells(trial: Trial) -> None:
    """Bells beyond need, early and late, from the start to the end."""
    while await trial.active():
        await broker.ring(STAGE, trial.account, trial.run, trial.rng.randint(1, 6))
        await broker.ring_advance(trial.account, trial.run)
        await asyncio.sleep(trial.rng.uniform(0, 0.3))
