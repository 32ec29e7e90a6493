"""A worker's turn: what it does between hearing a bell and ringing it again.

A turn works in one slot of its run: one call after the other. What comes next is prepared while
calls are in flight (claimed, begun, read) and goes out as soon as a slot is free, while the result
before it is still being saved. So the AI service never waits for Redis or PostgreSQL.
"""

import asyncio
import contextlib
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from uuid import UUID

from redis.exceptions import RedisError

from db.engine import TRANSIENT
from db.status import RunStatus
from pipeline import broker, heartbeat, provider, queue, work
from pipeline.errors import RunError
from pipeline.gate import Gate
from pipeline.settings import settings
from pipeline.stage import STAGES

log = logging.getLogger(__name__)

COOL_DOWN_NAP = 1.0
TURNS_PER_PREPARED = 8
"""One item is kept ready for so many turns: preparing takes less than an eighth of a call."""
FRESH = 0.6
"""Seconds for which a prepared item may begin without asking whether the run still runs."""

_claiming = asyncio.Lock()
"""One claim at a time. Calls that end together are followed by new ones one after the other; if all
were claimed at once, they would stay in step, and the AI service would idle between two waves."""


class Work:
    """A claim and the task that takes it to its end; it makes no call before `begin`."""

    def __init__(self, claim: queue.Claim) -> None:
        self.claim = claim
        self.gate = Gate()
        self.worked = asyncio.Event()
        self.then: Callable[[], None] | None = None
        """Called at once when only saving is left."""
        self.claimed_at = time.monotonic()
        self.task = asyncio.create_task(self._do_safely())

    def over(self) -> None:
        """Only saving is left, or nothing."""
        if not self.worked.is_set():
            self.worked.set()
            if self.then is not None:
                self.then()

    @property
    def is_fresh(self) -> bool:
        """Whether it was claimed so lately that the run must still be running."""
        return time.monotonic() - self.claimed_at < FRESH

    def put_back(self) -> None:
        """Nobody is left to begin it: its items are pending again."""
        guarded = heartbeat.mine().guarded.get(self.claim.token)
        if guarded is not None:
            guarded.interrupt("paused")

    async def _do_safely(self) -> None:
        claim = self.claim
        try:
            await work.do(claim, self.gate, self.over)
        except (RedisError, *TRANSIENT) as error:
            log.warning(
                "run %s: a server is away, the keeper will mend it: %r", claim.key.run, error
            )
        except Exception:  # its lease ends, then it is tried again
            log.exception("run %s, stage %s: a claim was lost", claim.key.run, claim.stage)
        finally:
            self.over()


class Crew:
    """The turns of this process in one run and queue, and the work that is ready for them."""

    def __init__(self) -> None:
        self.turns = 0
        self.preparing = 0
        self.ready: deque[Work] = deque()

    @property
    def wants_more(self) -> bool:
        return len(self.ready) + self.preparing < self.turns // TURNS_PER_PREPARED

    def next_ready(self, *, fresh: bool = False) -> Work | None:
        """The oldest prepared work that was not interrupted; with `fresh` only if it is young."""
        while self.ready and self.ready[0].worked.is_set():
            self.ready.popleft()
        if not self.ready or (fresh and not self.ready[0].is_fresh):
            return None
        return self.ready.popleft()


_crews: dict[tuple[queue.RunKey, str], Crew] = {}


async def answer_bell(stage: int, account: str, run: str) -> None:
    """Work in a run for a turn of some seconds; ring again if there is more.

    Later stages of the same queue come first, so that items leave before new ones enter.
    """
    key = queue.RunKey(UUID(account), UUID(run))
    kind = STAGES[stage].queue
    crew = _crews.setdefault((key, kind), Crew())
    crew.turns += 1
    try:
        more = await Turn(key, kind, crew).take()
    except (RedisError, *TRANSIENT) as error:
        log.warning("run %s: a server is away, the keeper will ring: %r", run, error)
        return
    finally:
        crew.turns -= 1
        if not crew.turns:
            for prepared in crew.ready:
                prepared.put_back()
            _crews.pop((key, kind), None)
    if more:
        await broker.ring(stage, key.account, key.run)


class Turn:
    """One bell in hand."""

    def __init__(self, key: queue.RunKey, kind: str, crew: Crew) -> None:
        self.key, self.kind, self.crew = key, kind, crew
        self.name = uuid.uuid4().hex
        self.ends = time.monotonic() + settings().turn_seconds
        self.has_slot = False
        self.begun: Work | None = None
        self.saves: list[asyncio.Task[None]] = []

    async def take(self) -> bool:
        """Claim and do until nothing is due or the turn ends; whether there may be more."""
        try:
            return await self._work_on()
        finally:
            heartbeat.mine().turns.pop(self.name, None)  # first, or a beat takes the slot again
            with contextlib.suppress(RedisError):  # then the slot ends by itself
                await queue.leave(self.key, self.name)
            if self.saves:
                await asyncio.wait(self.saves)

    async def _work_on(self) -> bool:
        while self.begun or not (heartbeat.mine().shutting_down or self._is_over()):
            if self.begun:
                await self._see_through(self.begun)
                continue
            wait = await _provider_wait()
            ready = await self._ready() if wait == 0 and self.has_slot else None
            claimed = ready or await self._claim(wait)
            if isinstance(claimed, Work):
                self._begin(claimed)
            elif any(not save.done() for save in self.saves):
                await asyncio.wait(self.saves)  # their children may be due
            elif wait and claimed.why == "NONE":
                await asyncio.sleep(min(wait, COOL_DOWN_NAP))
            else:
                return False
        return True

    def _is_over(self) -> bool:
        """Whether the slot was lost (this process stood still for a while), or the time is up and
        another bell waits for this thread. The last turn of a crew first does what is prepared.
        It is up at once where other runs wait and this one has more than its share of threads.
        """
        if self.has_slot and self.name not in heartbeat.mine().turns:
            return True
        if not _everyone_is_busy(self.kind):
            return False
        if time.monotonic() < self.ends and self.crew.turns <= _share(self.key, self.kind):
            return False
        return self.crew.turns > 1 or not self.crew.ready

    async def _ready(self) -> Work | None:
        """Prepared work, unless the run was stopped while it waited: the slot is this turn's."""
        fresh = self.crew.next_ready(fresh=True)
        if fresh or not self.crew.ready or await queue.status(self.key) != RunStatus.RUNNING:
            return fresh  # the heartbeat gives back what may not begin
        return self.crew.next_ready()

    async def _claim(self, wait: float) -> Work | queue.Refused:
        async with _claiming:
            claimed = await self._asked(_by_preference(self.kind, asking=wait == 0))
        if isinstance(claimed, queue.Refused):
            return claimed
        self.has_slot = True
        # Not before: a beat that finds no slot yet would take it for lost and never renew it.
        heartbeat.mine().turns[self.name] = self.key
        return Work(claimed)

    async def _asked(self, stages: list[tuple[int, int]]) -> queue.Claim | queue.Refused:
        """Claim with a token whose lease is kept alive before the answer is read, too."""
        asked, token = heartbeat.mine().asked, uuid.uuid4().hex
        asked[token] = self.key, [stage for stage, _ in stages]
        claimed = None
        try:
            claimed = await queue.claim(
                self.key, self.name, token, settings().lease_seconds, stages
            )
            return claimed
        finally:
            if not isinstance(claimed, queue.Claim):  # else until it is under guard
                asked.pop(token)

    def _begin(self, mine: Work) -> None:
        self.begun, mine.then = mine, self._go_straight_on
        mine.gate.open()

    def _go_straight_on(self) -> None:
        """The call is over: let the next one go, before anything else gets the event loop."""
        self.begun = None
        if heartbeat.mine().shutting_down or self._is_over() or provider.is_resting():
            return
        if (ready := self.crew.next_ready(fresh=True)) is not None:
            self._begin(ready)

    async def _see_through(self, mine: Work) -> None:
        """Wait until only saving is left; prepare meanwhile what comes next."""
        self.saves = [save for save in self.saves if not save.done()]
        self.saves.append(mine.task)
        if self.crew.wants_more and not provider.is_resting():
            await self._prepare()
        await mine.worked.wait()
        if self.begun is mine:  # it was over before it began
            self.begun = None

    async def _prepare(self) -> None:
        self.crew.preparing += 1
        try:
            following = await self._claim(wait=0)
        except RedisError:
            return  # the next claim of this turn will raise it, when its call is over
        finally:
            self.crew.preparing -= 1
        if isinstance(following, Work):
            self.crew.ready.append(following)


def _everyone_is_busy(kind: str) -> bool:
    """Whether all threads of this worker have a bell in hand, so that further bells may wait."""
    return sum(crew.turns for crew in _crews.values()) >= heartbeat.threads_of(kind)


def _share(key: queue.RunKey, kind: str) -> int:
    """How many threads of this worker a run may have while bells of other runs wait for one."""
    threads, waiting = heartbeat.threads_of(kind), broker.runs_waiting(kind) - {key.run}
    if not waiting:
        return threads
    return max(1, threads // len(waiting | {each.run for each, of in _crews if of == kind}))


async def _provider_wait() -> float:
    """Seconds until the AI service may be asked; 0 where none is set: the work will say so."""
    try:
        return await provider.cool_down()
    except RunError:
        return 0.0


@lru_cache
def _by_preference(kind: str, asking: bool) -> list[tuple[int, int]]:
    """(stage, batch) of a queue's stages, the last ones first."""
    stages = sorted(STAGES.values(), key=lambda s: -s.number)
    return [
        (s.number, s.batch) for s in stages if s.queue == kind and (asking or not s.asks_provider)
    ]
