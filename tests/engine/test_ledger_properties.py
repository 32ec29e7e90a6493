"""Random histories of a small run on real PostgreSQL and Redis: claims, deaths, doubles, controls.

After each step the books balance and nothing that has ended changes but by a retry; at the end,
once everything is mended as the keeper does it, the run has ended and the sets equal the ledger.
"""

import asyncio
import os
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from db.status import GenerationStatus, RunOrder, StageStatus
from pipeline import connections as open_connections
from pipeline import controls, credits, ledger, queue, reopening
from pipeline.advance import advance, halt
from pipeline.comparing import mend_ended, mend_running
from pipeline.errors import (
    AIAuthError,
    AIProviderError,
    ErrorPayload,
    InsufficientCreditsError,
    payload,
)
from pipeline.options import RunOptions
from pipeline.rebuild import rebuild
from pipeline.stage import STAGES, Done, Job
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account

LONG = bool(os.environ.get("IGNY8_LONG"))
CLAIMABLE = [(7, 2), (6, 1), (5, 1), (4, 1), (3, 2), (2, 1)]
OPEN = (GenerationStatus.QUEUED, GenerationStatus.PROCESSING)
Outcome = Done | ErrorPayload


class History:
    """A run, the claims of its workers, and what was seen of its items."""

    def __init__(self, key: queue.RunKey) -> None:
        self.key = key
        self.tokens = 0
        self.at_work: list[tuple[queue.Claim, Job, dict[UUID, GenerationStatus]]] = []
        self.saved: list[tuple[queue.Claim, Job, ledger.Finished]] = []
        self.ended: dict[tuple[int, UUID], str] = {}

    async def claim(self, choice: int) -> None:
        self.tokens += 1
        claim = await queue.claim(self.key, "a turn", f"token-{self.tokens}", 60.0, CLAIMABLE)
        if isinstance(claim, queue.Refused):
            return
        held = [(h.id, h.attempt) for h in claim.items]
        items, over = await ledger.begin(self.key.run, claim.stage, held)
        job = Job(
            *(self.key.account, self.key.run, claim.stage, fakes.OPTIONS, items),
            report=lambda *_, **__: None,
        )
        self.at_work.append((claim, job, over))

    async def finish(self, choice: int) -> None:
        if not self.at_work:
            return
        claim, job, over = self.at_work.pop(choice % len(self.at_work))
        finished = ledger.Finished({})
        if job.items:
            finished = await ledger.finish(STAGES[job.stage], job, outcomes(job, choice))
        finished.outcomes.update(over)
        self.saved.append((claim, job, finished))

    async def finish_two_at_once(self, choice: int) -> None:
        await asyncio.gather(self.finish(choice), self.finish(choice + 1))

    async def finish_again(self, choice: int) -> None:
        """The answer to the commit was lost: the same work is saved again, with what it made."""
        if not self.saved:
            return
        at = choice % len(self.saved)
        claim, job, first = self.saved[at]
        if job.items:
            again = await ledger.finish(STAGES[job.stage], job, outcomes(job, choice + 1))
            again.outcomes.update(
                {i: s for i, s in first.outcomes.items() if i not in again.outcomes}
            )
            self.saved[at] = (claim, job, again)

    async def settle(self, choice: int) -> None:
        if not self.saved:
            return
        claim, _, finished = self.saved.pop(choice % len(self.saved))
        settled = await queue.settle(claim, finished.outcomes, children=finished.children)
        if finished.halt:
            await halt(self.key, claim.stage + 1, finished.halt)
        if finished.children:
            await queue.set_stage(self.key, claim.stage + 1, StageStatus.OPEN)
        if settled.drained:
            await advance(self.key)

    async def give_back(self, choice: int) -> None:
        if self.at_work:
            claim, _, _ = self.at_work.pop(choice % len(self.at_work))
            ids = [h.id for h in claim.items]
            await reopening.put_back(self.key.run, claim.stage, ids)
            await queue.release(claim, ids, refund=choice % 2 == 0)

    async def die(self, choice: int) -> None:
        """A worker dies: before it saved, or between saving and settling."""
        doomed: list[Any] = self.saved if choice % 2 else self.at_work
        if doomed:
            doomed.pop(choice % len(doomed))

    async def reap(self, choice: int) -> None:
        """All leases run out; workers that live on are late from now on."""
        leases = self.key.meta.removesuffix("meta") + "leases"
        members: Any = await open_connections.state().zrange(leases, 0, -1)
        for member in members:
            await open_connections.state().zadd(leases, {member: 1})
        await queue.reap(self.key)

    async def control(self, choice: int) -> None:
        run = (self.key.account, self.key.run)
        move = (controls.pause, controls.resume, controls.resume)[choice % 3]
        try:
            await move(*run)
        except controls.IllegalMove:
            return

    async def cancel(self, choice: int) -> None:
        """While someone else is saving."""
        try:
            await asyncio.gather(controls.cancel(self.key.account, self.key.run), self.finish(0))
        except controls.IllegalMove:
            return
        while self.saved:  # at once: not after a retry and another cancel
            await self.settle(0)

    async def retry(self, choice: int) -> None:
        failed = [item for (_, item), status in self.ended.items() if status == "failed"]
        one = failed[choice % len(failed) :][:1] if failed and choice % 2 else None
        stage = None if choice % 3 else 2 + choice % 5
        try:
            await controls.retry(self.key.account, self.key.run, stage=stage, items=one)
        except InsufficientCreditsError:
            return

    async def stop(self, choice: int) -> None:
        await halt(self.key, 3, AIAuthError("the key was refused"))

    async def top_up(self, choice: int) -> None:
        await credits.top_up(self.key.account, 1 + choice % 20)

    async def forget(self, choice: int) -> None:
        await open_connections.state().flushdb()
        if choice % 2:
            await rebuild(self.key)

    async def look_after(self, choice: int) -> None:
        await asyncio.gather(advance(self.key), advance(self.key))

    async def check(self, step: str) -> None:
        """What holds at every instant."""
        await fakes.books(self.key.account)
        await self.check_holds()
        now = await self.statuses()
        if step not in ("retry", "finish", "finish_two_at_once", "finish_again", "cancel"):
            assert all(now[place] == status for place, status in self.ended.items()), step
        elif step != "retry":  # an article is reviewed anew when another of its images ends
            assert all(now[p] == status for p, status in self.ended.items() if p[0] != 7), step
        self.ended = {place: status for place, status in now.items() if status not in OPEN}

    async def statuses(self) -> dict[tuple[int, UUID], str]:
        found = await fakes.rows(
            "select stage, item_id, status from run_item where run_id = $1", self.key.run
        )
        return {(stage, item): status for stage, item, status in found}

    async def check_holds(self) -> None:
        """An open stage holds at least what its open items cost; a closed one holds nothing."""
        found = await fakes.rows(
            "select s.stage, r.status, s.status, (select coalesce(sum(held), 0)::int"
            " from credit_entry c where c.run_id = r.id and c.stage = s.stage),"
            " (select coalesce(sum(price), 0)::int from run_item i where i.run_id = r.id"
            "  and i.stage = s.stage and i.status in ('queued', 'processing'))"
            " from automation_run r join run_stage s on s.run_id = r.id where r.id = $1",
            self.key.run,
        )
        for number, run, stage, held, needed in found:
            assert held >= needed, f"stage {number} holds {held} for {needed}"
            if run in ("cancelled", "completed") or stage == "closed":
                assert held == 0, f"{run}: stage {number} is {stage} and holds {held}"

    async def end(self) -> None:
        """All workers settle or die; the keeper mends; a person goes on until the run ends."""
        while self.at_work:
            await self.finish(1)
        while self.saved:
            await self.settle(0)
        for _ in range(6):
            await self.mend()
            if await fakes.go_on(self.key) in ("completed", "cancelled"):
                break
            await credits.top_up(self.key.account, 200)
            if await fakes.status(self.key) != "running":
                await self.control(1)
            await self.retry(2)
        assert await fakes.status(self.key) in ("completed", "cancelled", "failed")
        await self.mend()

    async def mend(self) -> None:
        """As the keeper does, when nobody is at work any more."""
        if await queue.look(self.key) is None:
            await rebuild(self.key)
        await self.reap(0)
        now = await fakes.status(self.key)
        if now == "running":
            found = "select stage from run_stage where run_id = $1 and status = 'open'"
            stages = [stage for (stage,) in await fakes.rows(found, self.key.run)]
            await mend_running(self.key, stages)
        elif now != "paused":
            version = "select version from automation_run where id = $1"
            await mend_ended(self.key, await fakes.one(version, self.key.run))

    async def check_end(self) -> None:
        await fakes.same_in_redis(self.key)
        charged = await fakes.rows(
            "select stage, item_id from credit_entry where run_id = $1 and kind = 'charge'",
            self.key.run,
        )
        completed = {p for p, status in (await self.statuses()).items() if status == "completed"}
        reviewed_anew = {p for p in self.ended if p[0] == 7}
        priced = {(n, item) for n, item in completed if n in (2, 4, 5, 6)}
        assert set(map(tuple, charged)) == priced, reviewed_anew
        assert len(charged) == len(priced)


def outcomes(job: Job, choice: int) -> dict[UUID, Outcome]:
    """One item in three fails; clusters may cost less than is held for them."""
    no = payload(AIProviderError("no answer"), phase="AI_CALL", stage=job.stage)
    good = Done(True, 3 if job.stage == 2 else None)
    return {item.id: no if (choice + n) % 3 == 0 else good for n, item in enumerate(job.items)}


STEPS = (
    *("claim", "finish", "settle") * 4,
    *("finish_two_at_once", "finish_again", "give_back", "die", "reap", "look_after") * 2,
    *("control", "control", "cancel", "retry", "retry", "stop", "top_up", "forget"),
)


@pytest.mark.parametrize("order", list(RunOrder))
@settings(
    max_examples=400 if LONG else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=[Phase.generate],  # two stores and a clock: shrinking takes minutes
)
@given(
    steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 99)), min_size=20, max_size=60),
    credit=st.integers(4, 60),
)
async def test_the_books_balance_and_nothing_is_lost(
    db: None, fate: Fate, order: RunOrder, steps: list[tuple[str, int]], credit: int
) -> None:
    account = await new_account(os.urandom(8).hex(), credit)
    options = RunOptions(ideas_per_cluster=2, target_words=200, images_per_article=1)
    key = await fakes.start(account, count=2, last_stage=7, order=order, options=options)
    history = History(key)
    await advance(key)
    for step, choice in steps:
        await getattr(history, step)(choice)
        await history.check(step)
    await history.end()
    await history.check("retry")
    await history.check_end()
