"""The way of an item, from the bell to the next stage, on one screen.

    bell → claim → begin (mark processing) → work → finish (result + outcome + charge) → settle
         → advance when the stage has drained → ring for what follows

A crash between any two of these is mended by the lease, by the conditions in the ledger, or by
the keeper.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable
from uuid import UUID

from db.engine import TRANSIENT
from db.status import GenerationStatus, Phase, StageStatus
from pipeline import (
    broker,
    context,
    heartbeat,
    isolation,
    ledger,
    queue,
    reopening,
    reporter,
    tally,
)
from pipeline.advance import advance, halt
from pipeline.errors import (
    ErrorPayload,
    InternalError,
    ItemError,
    PipelineError,
    RetryLater,
    RunError,
    TimeoutError,  # noqa: A004 - the spec's word
    WorkerDiedError,
    new_error_id,
    payload,
    public_type,
)
from pipeline.gate import Gate, of_this_work
from pipeline.run import RunFacts, run_facts
from pipeline.settings import settings
from pipeline.stage import STAGES, Done, Item, Job, Outcomes

log = logging.getLogger(__name__)

SAVE_PATIENCE = 60.0
"""Seconds that a finished result waits for PostgreSQL before the work is given back."""
MAX_DELAY = 60.0


_saving = asyncio.Semaphore(3)
"""Saves at a time: calls that end together are saved one after the other, and those who claim go
first, or all would stay in step and the AI service would idle between two waves."""


async def do(claim: queue.Claim, gate: Gate, worked: Callable[[], None]) -> None:
    """Take a claim to its end, whatever happens; `worked` is called once only saving is left.

    What costs money or time begins when `gate` opens; until then the work is only prepared.
    """
    function = STAGES[claim.stage].function
    with context.about(
        account=str(claim.key.account), run=str(claim.key.run), stage=claim.stage, function=function
    ):
        await _do(claim, gate, worked, function)


async def _do(claim: queue.Claim, gate: Gate, worked: Callable[[], None], function: str) -> None:
    try:
        over, finished = await _work_and_save(claim, gate, worked)
    except heartbeat.Interrupted as interrupted:
        await _give_back(claim, refund=interrupted.reason in ("shutdown", "paused"))
    except RetryLater as later:
        tally.count("retries", function, public_type(later.cause))
        await _give_back(claim, delay=_delay(claim, later), refund=not later.counts)
    except isolation.Died:
        log.warning("run %s stage %s: a batch kills its process", claim.key.run, claim.stage)
        await _give_back(claim, refund=True, alone=True)
    except RunError as error:
        await _give_back(claim, refund=True)
        await halt(claim.key, claim.stage, error, version=claim.version)
    except TRANSIENT as error:  # PostgreSQL is away: nothing was saved, so try again
        log.warning("run %s stage %s: %s; trying again", claim.key.run, claim.stage, error)
        await _give_back(claim, delay=1.0, refund=True)
    else:
        seconds = gate.seconds()
        for outcome in finished.outcomes.values():
            tally.took("items", function, outcome.value, seconds=seconds)
        settled = await queue.settle(
            claim,
            over | finished.outcomes,
            seconds=seconds,
            children=finished.children,
        )
        await _go_on(claim, finished, settled)


async def _work_and_save(
    claim: queue.Claim, gate: Gate, worked: Callable[[], None]
) -> tuple[dict[UUID, GenerationStatus], ledger.Finished]:
    """Begin, work and finish under guard: outcomes that stood before, and what was written now."""
    with heartbeat.mine().guard(claim, gate) as guarded:
        facts = await _facts(claim.key)
        items, over = await ledger.begin(
            claim.key.run, claim.stage, [(held.id, held.attempt) for held in claim.items]
        )
        if not items:
            return over, ledger.Finished({})
        job = _job(claim, items, facts)
        outcomes = await _outcomes(claim, job, gate)
        guarded.saving = True
        worked()
        return over, await _saved(claim, job, outcomes)


async def _go_on(claim: queue.Claim, finished: ledger.Finished, settled: queue.Settled) -> None:
    """What an outcome sets going: the next stage's bells, the end of this one, a halt."""
    following = claim.stage + 1
    if finished.halt:
        await halt(claim.key, following, finished.halt, version=claim.version)
    if finished.children:
        await queue.set_stage(claim.key, following, StageStatus.OPEN)
        here = broker.QUEUES[following] == STAGES[claim.stage].queue
        bells = min(len(finished.children) - here, settings().concurrency)  # one is for this turn
        await broker.ring(following, claim.key.account, claim.key.run, bells)
    if settled.drained:
        await reporter.flush(claim.key, claim.stage)  # before the stage says that it is done
        await advance(claim.key)


_facts_known: dict[UUID, RunFacts] = {}


async def _facts(key: queue.RunKey) -> RunFacts:
    if key.run not in _facts_known:
        if len(_facts_known) > 1000:
            _facts_known.clear()
        facts = await run_facts(key.run)
        if facts is None:  # or its items would be claimed and given back for ever
            log.warning("run %s is not in PostgreSQL: Redis forgets it, too", key.run)
            await queue.forget(key)
            raise heartbeat.Interrupted("lost")
        _facts_known[key.run] = facts
    return _facts_known[key.run]


def _job(claim: queue.Claim, items: list[Item], facts: RunFacts) -> Job:
    counts = reporter.Counts(claim.total, claim.ended, claim.total - claim.pending)
    titles = {item.id: item.title for item in items}
    return Job(
        account_id=claim.key.account,
        run_id=claim.key.run,
        stage=claim.stage,
        options=facts.options,
        items=items,
        report=reporter.reporter(claim.key, claim.stage, titles, counts),
    )


async def _saved(
    claim: queue.Claim, job: Job, outcomes: dict[UUID, Done | ErrorPayload]
) -> ledger.Finished:
    """Save what the work has cost money for, through a restart of PostgreSQL if need be."""
    give_up = time.monotonic() + SAVE_PATIENCE
    pause = 0.02
    while True:
        try:
            async with _saving:
                return await ledger.finish(STAGES[claim.stage], job, outcomes)
        except TRANSIENT as error:
            if time.monotonic() > give_up:
                raise
            log.warning("run %s stage %s: saving again: %r", job.run_id, job.stage, error)
        except RunError:
            raise
        except Exception as error:  # a bug in saving fails its items, never the worker
            broken = InternalError(f"{type(error).__name__}: {error}")
            broken.__cause__ = error
            if not any(isinstance(outcome, Done) for outcome in outcomes.values()):
                raise
            outcomes = {item.id: _explained(claim, item, broken) for item in job.items}
        await asyncio.sleep(pause)
        pause = min(1.0, pause * 2)


async def _outcomes(claim: queue.Claim, job: Job, gate: Gate) -> dict[UUID, Done | ErrorPayload]:
    """The stage's work, with every failure that ends an item turned into its payload."""
    try:
        outcomes = await _timed(claim, job, gate)
    except RetryLater as later:
        if not later.counts or max(h.attempt for h in claim.items) < settings().provider_attempts:
            raise
        outcomes = dict.fromkeys((item.id for item in job.items), later.cause)
    except ItemError as error:
        outcomes = dict.fromkeys((item.id for item in job.items), error)
    return {item.id: _explained(claim, item, outcomes.get(item.id)) for item in job.items}


async def _timed(claim: queue.Claim, job: Job, gate: Gate) -> Outcomes:
    """Work within `item_timeout` from the gate's opening; a bug fails its items only."""
    stage = STAGES[claim.stage]
    deaths = max(held.deaths for held in claim.items)
    if deaths >= settings().max_worker_deaths:
        raise WorkerDiedError(f"the worker died {deaths} times while working on this item")
    of_this_work.set(gate)
    limit = asyncio.timeout(None)
    now = asyncio.get_running_loop().time
    try:
        async with isolation.places if deaths else contextlib.nullcontext(), limit:
            gate.when_open(lambda: limit.reschedule(now() + settings().item_timeout))
            if deaths or not stage.asks_provider:
                await gate.passed()
            return await (isolation.run(stage.work, job) if deaths else stage.work(job))
    except isolation.Died as error:
        if len(job.items) > 1:
            raise
        raise WorkerDiedError("its process died, as its worker did before") from error
    except (PipelineError, *TRANSIENT) as error:
        if not limit.expired():
            raise
        raise TimeoutError(f"not done within {settings().item_timeout:g} s") from error
    except Exception as error:
        raise InternalError(f"{type(error).__name__}: {error}") from error
    finally:
        gate.when_open(None)


def _explained(
    claim: queue.Claim, item: Item, outcome: Done | ItemError | None
) -> Done | ErrorPayload:
    """An error as it is stored; its full story goes to the log under the same id."""
    if isinstance(outcome, Done):
        return outcome
    error = outcome or InternalError("the work said nothing about this item")
    error_id = new_error_id()
    log.warning(
        "error %s: run %s, %s, item %s (%s), attempt of %d items: %s",
        error_id,
        claim.key.run,
        STAGES[claim.stage].function,
        item.id,
        item.title,
        len(claim.items),
        error,
        exc_info=error if isinstance(error, InternalError) else None,
        extra={"facts": {"item": str(item.id)}},
    )
    phase = Phase.AI_CALL if STAGES[claim.stage].asks_provider else Phase.SAVE
    return payload(
        error, phase=phase.value, stage=claim.stage, item=str(item.id), error_id=error_id
    )


def _delay(claim: queue.Claim, later: RetryLater) -> float:
    """Seconds until another try: longer with each one, never all at the same moment."""
    attempt = max(held.attempt for held in claim.items)
    growing = later.delay * 2 ** (attempt - 1) if later.counts else later.delay
    return min(MAX_DELAY, growing) * random.uniform(1.0, 1.3)  # noqa: S311 - spreading, not secrecy


async def _give_back(
    claim: queue.Claim, *, delay: float = 0.0, refund: bool = False, alone: bool = False
) -> None:
    """The items are pending again; PostgreSQL hears it first, so that a new claim is not undone."""
    ids = [held.id for held in claim.items]
    with contextlib.suppress(*TRANSIENT):
        await reopening.put_back(claim.key.run, claim.stage, ids)
    await queue.release(claim, ids, delay=delay, refund=refund, alone=alone)
