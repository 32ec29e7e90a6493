"""A worker with an item that computes and lets nothing else run: `python -m faults.shims.starving`.

The item is the first article of a run. Its event loop is blocked for STARVE seconds.
"""

import os
import time

from pipeline.stage import STAGES, Job, Outcomes

STARVE = 9.0
"""Longer than a lease."""
MARK = "part 0 of "


def compute(seconds: float) -> int:
    """Be busy, without a pause in which anything else of the event loop could run."""
    give_up, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < give_up:
        rounds += sum(range(1000))
    return rounds


async def starving(job: Job) -> Outcomes:
    """The work of stage 4, after much computing where the item is the marked one."""
    from pipeline.stages import s4_content  # noqa: PLC0415 - after the settings of Dramatiq

    if MARK in job.item.title:
        compute(STARVE)
    return await s4_content.STAGE.work(job)


if __name__ == "__main__":
    from pipeline import worker

    os.environ["dramatiq_queue_prefetch"] = str(worker.KINDS["text"])  # noqa: SIM112
    import msgspec

    from faults.shims import starving as importable  # a child of isolation imports it by its name
    from pipeline import chain

    assert chain.CHAIN
    STAGES[4] = msgspec.structs.replace(STAGES[4], work=importable.starving)
    worker.main("text")
