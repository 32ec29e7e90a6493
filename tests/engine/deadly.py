"""Work that a child process can import: it ends well, badly, never, or with its process."""

import asyncio
import os
import signal

from db.status import Phase
from pipeline.errors import AIProviderError, InsufficientCreditsError, RetryLater, ValidationError
from pipeline.stage import Done, Job, Outcomes


async def well(job: Job) -> Outcomes:
    """Tells its process id, in result and progress."""
    job.report(Phase.AI_CALL, 0.5, name="half")
    job.usage.add(3, 4)
    return {item.id: Done(os.getpid(), cost=2) for item in job.items}


async def partly(job: Job) -> Outcomes:
    """An item's own error beside a success."""
    first, *others = job.items
    done: Outcomes = {item.id: Done() for item in others}
    return done | {first.id: ValidationError("it is empty", "/keywords?id=1")}


async def later(job: Job) -> Outcomes:
    """To be tried again."""
    raise RetryLater(AIProviderError("slow"), delay=7.0, counts=False)


async def poor(job: Job) -> Outcomes:
    """Stops the run."""
    raise InsufficientCreditsError(5, 2)


async def broken(job: Job) -> Outcomes:
    """A bug, with an error that no other process could read."""

    class Local(Exception):
        pass

    raise Local("a bug")


async def dies(job: Job) -> Outcomes:
    """Takes its process with it."""
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


async def hangs(job: Job) -> Outcomes:
    """Tells its process id, then waits for ever."""
    job.report(Phase.AI_CALL, 0.0, pid=os.getpid())
    await asyncio.Event().wait()
    return {}
