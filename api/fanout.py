"""The fan-out of one account: one reader of its stream, and frames for all who follow it.

Followers hold nothing but the number of their last frame. Who is in step takes the next frame, the
same bytes for all; who fell behind the frames that are kept, or came with a cursor, gets one that
is made from the stream for all who are at that place. So a slow client costs no memory here.
"""

import asyncio
import logging
import random
import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

import redis.asyncio
from redis.exceptions import RedisError

from api import views
from api.coalescing import Changes
from api.frames import Batch, Body, Event, Frame, Heartbeat, Resync, WorkersAlive
from pipeline import events
from pipeline.events import Position

log = logging.getLogger(__name__)

PAUSE = 0.1
"""Seconds between frames; one that was late may be followed SLACK earlier, to keep the pace."""
SLACK = 0.05
PROGRESS_PAUSE = 0.25
"""Seconds between two looks at the progress of one run at least."""
CREDITS_PAUSE = 1.0
SILENCE = 10.0
"""Seconds without a frame after which a heartbeat is sent."""
BLOCK = 2.0
"""Seconds a read waits for an event: within these a FLUSHALL is noticed, too."""
LOOK_BACK = 2_000
"""Milliseconds before a cursor whose runs get their progress again: it is sent after its cause."""
PAGE = 1000
KEPT_FRAMES, KEPT_BYTES = 50, 2_000_000


class Due:
    """What to look at again, and when at the earliest (monotonic seconds)."""

    def __init__(self) -> None:
        self.runs: set[UUID] = set()
        self.seen: dict[UUID, float] = {}
        self.credits = False
        self.credits_seen = 0.0

    def note(self, changes: Changes) -> None:
        """Changes came that progress and balance may follow from."""
        self.runs |= changes.touched
        self.credits |= changes.credits

    def runs_now(self) -> list[UUID]:
        """Runs to look at now."""
        now = time.monotonic()
        return [run for run in self.runs if now >= self.seen.get(run, 0.0) + PROGRESS_PAUSE]

    def wait(self) -> float:
        """Seconds until something is due; BLOCK if nothing is."""
        times = [self.seen.get(run, 0.0) + PROGRESS_PAUSE for run in self.runs]
        if self.credits:
            times.append(self.credits_seen + CREDITS_PAUSE)
        return max(0.0, min(times, default=float("inf")) - time.monotonic())

    async def look(self, account: UUID) -> list[Event]:
        """Progress and balance that are due; what cannot be read now stays due."""
        found: list[Event] = []
        runs = self.runs_now()
        for run in runs:  # noted before the look: what changes from here on makes it due again
            self.runs.discard(run)
            self.seen[run] = time.monotonic()
        read = await views.progress_of(account, runs) if runs else {}
        self.runs.update(run for run in runs if run not in read)
        found += [got for got in read.values() if got is not None]
        if self.credits and time.monotonic() >= self.credits_seen + CREDITS_PAUSE:
            self.credits, self.credits_seen = False, time.monotonic()
            balance = await views.balance_of(account)
            self.credits = self.credits or balance is None
            found += [balance] if balance else []
        self._forget()
        return found

    def _forget(self) -> None:
        if len(self.seen) > 1000:
            self.seen = {run: at for run, at in self.seen.items() if run in self.runs}


class Fan:
    """Reads one account's stream while it runs, and keeps its newest frames."""

    def __init__(
        self,
        account: UUID,
        client: "redis.asyncio.Redis",
        workers: Callable[[], WorkersAlive],
        wake: Callable[[], None],
    ) -> None:
        self.account, self.client = account, client
        self.workers, self.told = workers, workers()
        self.wake = wake
        self.position = Position("", events.START)
        self.number = 0
        self.frames: deque[Frame] = deque()
        self.due = Due()
        self.pushed = time.monotonic()
        self.free = 0.0
        """When the next frame may be made."""
        self.failures = 0
        self.over = False
        """Set beside the cancel, which a library may lose."""
        self.started = asyncio.Event()
        self.making: dict[tuple[str, int], asyncio.Task[Frame]] = {}

    async def run(self) -> None:
        """Read and push until cancelled or over, through every outage of Redis."""
        while not self.over:
            try:
                await self._turn()
                self.failures = 0
            except RedisError as error:
                if self.failures == 0:
                    log.warning("account %s: events cannot be read: %r", self.account, error)
                await self._after_failure()
            except Exception:  # of ours: clients load everything anew, and it goes on
                log.exception("account %s: events were lost", self.account)
                self.position = Position("", events.START)
                await self._after_failure()

    async def _after_failure(self) -> None:
        self.failures += 1
        self._beat()
        await asyncio.sleep(min(1.0, 0.05 * 2**self.failures) * random.uniform(0.7, 1.3))  # noqa: S311

    async def _turn(self) -> None:
        """Read what there is, push a frame if there is anything to tell, wait for more."""
        if not self.started.is_set():
            self.position = (await events.read(self.account, None)).position
            self.started.set()
        page = await events.read(self.account, self.position)
        if page.lost:
            self.position = page.position
            self._push(Resync(str(page.position)))
        else:
            changes = Changes()
            changes.add(event for _, event in page.events)
            self.due.note(changes)
            await views.add_made(self.account, changes)
            told = changes.events() + await self.due.look(self.account) + self._news()
            self.position = page.position
            if told or page.events:
                self.free = max(self.free + PAUSE, time.monotonic() + PAUSE - SLACK)
            if told:
                self._push(Batch(str(self.position), told))
        self._beat()
        if not page.full:
            await self._wait()

    async def _wait(self) -> None:
        """Until the next frame may be sent, and then until there is something for it."""
        await asyncio.sleep(max(0.0, self.free - time.monotonic()))
        silence = self.pushed + SILENCE - time.monotonic()
        seconds = min(BLOCK, self.due.wait(), max(silence, 0.0))
        if seconds > 0:
            await events.wait(self.client, self.account, self.position, seconds)

    def _news(self) -> list[Event]:
        """The workers, if there are more or fewer of them than told."""
        if self.told == self.workers():
            return []
        self.told = self.workers()
        return [self.told]

    def _beat(self) -> None:
        if self.started.is_set() and time.monotonic() - self.pushed >= SILENCE:
            self._push(Heartbeat(str(self.position)))

    def _push(self, body: Body) -> None:
        self.number += 1
        self.frames.append(Frame(self.number, body))
        self.pushed = time.monotonic()
        kept = sum(len(frame.sse) for frame in self.frames)
        while len(self.frames) > KEPT_FRAMES or (kept > KEPT_BYTES and len(self.frames) > 1):
            kept -= len(self.frames.popleft().sse)
        self.wake()

    def after(self, number: int) -> Frame | None:
        """The frame that follows, if it is kept."""
        place = number + 1 - self.frames[0].number if self.frames else -1
        return self.frames[place] if 0 <= place < len(self.frames) else None

    def hello(self) -> Frame:
        """The first frame for who begins here."""
        return Frame(self.number, Batch(str(self.position), [self.workers()]))

    async def catch_up(self, cursor: str) -> Frame:
        """One frame for all that happened between a cursor and now; made once for all who ask."""
        key = (cursor, self.number)
        if key not in self.making:
            self.making[key] = asyncio.create_task(self._catch_up(cursor))
            self.making[key].add_done_callback(lambda _: self.making.pop(key, None))
        return await asyncio.shield(self.making[key])

    async def _catch_up(self, cursor: str) -> Frame:
        number, upto = self.number, self.position
        body = await catch_up(self.account, events.position_of(cursor), self.workers(), upto)
        return Frame(number, body)


async def catch_up(
    account: UUID,
    after: Position | None,
    workers: WorkersAlive,
    upto: Position | None = None,
    limit: int | None = None,
) -> Batch | Resync:
    """What happened after a position, at most `limit` events of it, in one frame.

    `upto` is where to stop: those who follow from there are told the rest.
    """
    end = "+" if upto is None else upto.id
    changes = Changes()
    if after is None or (upto is not None and after.epoch != upto.epoch):
        return Resync(str(upto or (await events.read(account, None)).position))
    position, read, more = after, 0, True
    for event in await events.before(account, after, LOOK_BACK):
        changes.touch(event)
    while more and (limit is None or read < limit):
        size = PAGE if limit is None else min(PAGE, limit - read)
        page = await events.read(account, position, until=end, limit=size)
        if page.lost:
            return Resync(str(page.position))
        changes.add(event for _, event in page.events)
        position, read, more = page.position, read + len(page.events), page.full
    await views.add_made(account, changes)
    progress = await views.progress_of(account, changes.touched)
    balance = await views.balance_of(account)
    told: list[Event] = [*changes.events(), *(got for got in progress.values() if got)]
    told += [balance] if balance else []
    return Batch(str(position), [*told, workers])
