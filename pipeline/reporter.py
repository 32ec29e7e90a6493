"""What a worker process has to say about work under way, gathered and sent five times a second.

`Job.report` only writes into memory. Steps that are new, shares done and the latest message of each
stage go to Redis in one script call a run and stage; what is left is sent before an item settles.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from db.status import Phase
from pipeline import messages, queue
from pipeline.stage import Report

log = logging.getLogger(__name__)

PAUSE = 0.2
STEPS_PER_CALL = 20
"""More steps than a person can follow are dropped, oldest first."""
COUNTED_KEPT = 1000
"""Counting lines that this process remembers to have said, so that it does not say them again."""

PHASE_START = {
    Phase.INIT: 0,
    Phase.PREP: 10,
    Phase.AI_CALL: 20,
    Phase.PARSE: 80,
    Phase.SAVE: 90,
    Phase.DONE: 100,
}
PHASE_END = {
    Phase.INIT: 10,
    Phase.PREP: 20,
    Phase.AI_CALL: 80,
    Phase.PARSE: 90,
    Phase.SAVE: 100,
    Phase.DONE: 100,
}


class Step(msgspec.Struct, frozen=True):
    """A line of the step log; `percentage` is of the item, `at` seconds since 1970."""

    stage: int
    phase: Phase
    message: str
    percentage: float
    at: float


async def say(key: queue.RunKey, stage: int, phase: Phase, values: dict[str, Any]) -> None:
    """One line of the step log that concerns the stage as a whole."""
    text = messages.message(
        stage, phase, {"processed": 0, "total": values.get("count", 0), **values}
    )
    step = Step(stage, phase, text, PHASE_START[phase], time.time())
    await queue.tell(key, stage, (phase.value, text, ""), {}, [msgspec.json.encode(step)])


class Counts(msgspec.Struct):
    """A stage's counts when an item was claimed, for messages."""

    total: int
    processed: int
    current: int


def percentage(phase: Phase, fraction: float) -> float:
    """Where a phase's fraction (0 to 1) lies on the bar of one function."""
    start, end = PHASE_START[phase], PHASE_END[phase]
    return start + (end - start) * min(1.0, max(0.0, fraction))


class _News(msgspec.Struct):
    now: tuple[str, str, str] = ("", "", "")
    shares: dict[UUID | str, float] = {}
    steps: list[bytes] = []


_news: dict[tuple[queue.RunKey, int], _News] = {}
_counted: dict[tuple[queue.RunKey, int, Phase], str] = {}


def reporter(
    key: queue.RunKey, stage: int, items: Mapping[UUID, str] | Mapping[str, str], counts: Counts
) -> Report:
    """The `report` function of a job on `items` ({id: title})."""
    current = next(iter(items.values()), "")
    common = {
        "count": counts.total,
        "total": counts.total,
        "processed": counts.processed,
        "current": counts.current,
    }
    last = text = ""
    about: tuple[Phase, dict[str, Any]] | None = None

    def report(phase: Phase, fraction: float = 0.0, **details: Any) -> None:
        nonlocal last, text, about
        if about != (phase, details):  # a stream reports often, and nearly always the same words
            about = (phase, details)
            text = messages.message(stage, phase, common | details)
        news = _news.setdefault((key, stage), _News())
        news.now = (phase.value, text, current)
        share = percentage(phase, fraction) / 100
        for item in items:
            news.shares[item] = share
        if text != last and _is_new(key, stage, phase, text):
            step = Step(stage, phase, text, round(share * 100, 1), time.time())
            news.steps.append(msgspec.json.encode(step))
        last = text

    return report


def _is_new(key: queue.RunKey, stage: int, phase: Phase, text: str) -> bool:
    """Whether the log lacks this line: what only counts, the bar says; the log says it once.

    Batches work side by side, and each would count anew, often the same and out of order.
    """
    if not messages.counts_items(stage, phase):
        return True
    about = (key, stage, phase)
    before = _counted.get(about)
    if before is None and len(_counted) >= COUNTED_KEPT:
        del _counted[next(iter(_counted))]
    _counted[about] = text
    return before is None or (messages.logs_counts(stage, phase) and text != before)


async def flush(key: queue.RunKey | None = None, stage: int | None = None) -> None:
    """Send what there is to say: of one run's stage, or of all."""
    for about in [(key, stage)] if key is not None and stage is not None else list(_news):
        news = _news.pop(about, None)
        if news is not None:
            steps = news.steps[-STEPS_PER_CALL:]
            await queue.tell(about[0], about[1], news.now, news.shares, steps)


async def keep_flushing() -> None:
    """Runs for the life of a worker process."""
    while True:
        await asyncio.sleep(PAUSE)
        try:
            await flush()
        except RedisError as error:
            log.warning("progress could not be told: %s", error)
