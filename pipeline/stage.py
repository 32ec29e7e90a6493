"""What a stage is: the shape that the seven files in `stages/` share.

A stage knows how to work on items and how to save their results. It knows nothing of Redis, HTTP,
credits or the next stage. Work happens outside any transaction and may be repeated after a crash;
saving happens in the transaction that also closes the items and charges for them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal
from uuid import UUID

import asyncpg
import msgspec

from pipeline import context, tally
from pipeline.errors import ItemError
from pipeline.options import RunOptions


class Item(msgspec.Struct, frozen=True):
    """One unit of a stage in a run. `price` is what is held for it, in credits."""

    id: UUID
    title: str
    price: int
    attempt: int = 1


class Usage(msgspec.Struct):
    """Tokens a piece of work has used so far; None while the provider told nothing."""

    tokens_in: int | None = None
    tokens_out: int | None = None

    def add(self, tokens_in: int | None, tokens_out: int | None) -> None:
        """Count one more answer."""
        tally.count("tokens", context.function(), "in", by=tokens_in or 0)
        tally.count("tokens", context.function(), "out", by=tokens_out or 0)
        if tokens_in is not None:
            self.tokens_in = (self.tokens_in or 0) + tokens_in
        if tokens_out is not None:
            self.tokens_out = (self.tokens_out or 0) + tokens_out


Report = Callable[..., None]
"""report(phase, fraction, **counts): see `Job.report`."""


class Job(msgspec.Struct):
    """One claim: the items to work on together, and what the work needs to know.

    `report(phase, fraction=0.0, **details)` tells people where the work stands: `fraction` is the
    share of the phase that is done (0 to 1), details are the values of the phase's message.
    """

    account_id: UUID
    run_id: UUID
    stage: int
    options: RunOptions
    items: list[Item]
    report: Report
    usage: Usage = msgspec.field(default_factory=Usage)

    @property
    def item(self) -> Item:
        """The only item of a job whose stage takes one at a time."""
        (only,) = self.items
        return only


class Done(msgspec.Struct, frozen=True):
    """An item's success: what `save` gets, and what it costs (default: the price held for it)."""

    result: Any = None
    cost: int | None = None


Outcome = Done | ItemError
Outcomes = dict[UUID, Outcome]

Work = Callable[[Job], Awaitable[Outcomes]]
"""Works on all items of a job. May raise ItemError (fails them all), RetryLater or RunError."""

Save = Callable[[asyncpg.Connection, Job, dict[UUID, Any]], Awaitable[None]]
"""save(connection, job, {item id: result}) writes results inside the closing transaction."""

Prepare = Callable[["Preparation"], Awaitable[Sequence[UUID] | None]]


class Preparation(msgspec.Struct):
    """What `Stage.prepare` gets before its stage opens: the whole selection, in order.

    It may return the item ids in a better order (all of them), or None to keep this one.
    `report(phase, fraction, **details)` as in `Job`.
    """

    account_id: UUID
    run_id: UUID
    options: RunOptions
    items: list[UUID]
    concurrency: int
    report: Report
    usage: Usage = msgspec.field(default_factory=Usage)


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """A stage as the engine sees it. `batch` is how many items one claim may take.

    A stage that asks the AI service waits while that service wants to be left alone.
    """

    number: int
    function: str
    name: str
    queue: Literal["text", "images"]
    work: Work
    save: Save
    batch: int = 1
    asks_provider: bool = True
    prepare: Prepare | None = None


STAGES: dict[int, Stage] = {}
"""The stages of this process by number; `chain.py` fills it with the chain."""
