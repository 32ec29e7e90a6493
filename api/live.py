"""Who follows the live updates in this process: the accounts' fan-outs and their followers.

A fan-out starts with its first follower and ends some seconds after the last. One sweep a second
ends what has to end: followers that do not read, whose session is over, and fan-outs nobody needs.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

import msgspec
from redis.exceptions import RedisError

from api.auth import Grant
from api.fanout import Fan
from api.frames import Frame, WorkersAlive
from db.engine import TRANSIENT
from pipeline import heartbeat
from pipeline.connections import new_redis

log = logging.getLogger(__name__)

MAX_FOLLOWERS = 2_000
"""Sockets of one account in one process."""
LINGER = 5.0
"""Seconds that a fan-out outlives its last follower."""
SEND_PATIENCE = 20.0
"""Seconds a client may take to read a frame."""
SESSION_CHECKS = 10
"""Sweeps between two looks at whether followers are still signed in."""
STOP_PATIENCE = 2.0

Ended = Callable[[set[Grant]], Awaitable[set[Grant]]]
"""Those of the grants that let nobody in any more."""


class End(msgspec.Struct, frozen=True):
    """Why following ends, as the WebSocket close code and its reason."""

    code: int
    reason: str


STOPPING = End(1001, "the server stops: connect again")
GONE = End(1005, "the client is gone")
SIGNED_OUT = End(4401, "signed out")
SLOW = End(4429, "slow: frames were not read in time")
TOO_MANY = End(4429, "too many connections of this account")


class Refused(Exception):
    """Nobody can follow now; `end` says why."""

    def __init__(self, end: End) -> None:
        super().__init__(end.reason)
        self.end = end


class Follower:
    """One client that follows. `next_frame` gives it frame after frame until the end."""

    def __init__(self, fan: Fan, cursor: str | None, grant: Grant) -> None:
        self.fan, self.cursor, self.grant = fan, cursor, grant
        self.number: int | None = None
        self.news = asyncio.Event()
        self.end: End | None = None
        self.task: asyncio.Task[None] | None = None
        """What sends the frames; it is cancelled when it hangs."""
        self.sending_since: float | None = None

    async def next_frame(self) -> Frame | None:
        """The next frame, when there is one; None once this follower has to go."""
        self.sending_since = None
        await self.fan.started.wait()
        while self.end is None:
            self.news.clear()
            try:
                frame = await self._frame()
            except RedisError:  # the fan-out says so in the log
                await asyncio.sleep(0.5)
                continue
            if frame is not None:
                self.number, self.cursor = frame.number, frame.cursor
                self.sending_since = time.monotonic()
                return frame
            await self.news.wait()
        return None

    async def _frame(self) -> Frame | None:
        if self.number is None:
            return self.fan.hello() if not self.cursor else await self.fan.catch_up(self.cursor)
        if self.number == self.fan.number:
            return None
        kept = self.fan.after(self.number)
        return kept or await self.fan.catch_up(self.cursor or "")

    def leave(self, end: End) -> None:
        """End it; what hangs in sending is cancelled."""
        self.end = self.end or end
        self.news.set()
        if self.sending_since is not None and self.task is not None:
            self.task.cancel()


class Live:
    """All that follow in this process. `stop` before the loop ends."""

    def __init__(self, ended: Ended) -> None:
        self.ended = ended
        self.client = new_redis(retries=0, connections=10_000)
        self.fans: dict[UUID, Fan] = {}
        self.tasks: dict[UUID, asyncio.Task[None]] = {}
        self.followers: dict[UUID, set[Follower]] = {}
        self.idle_since: dict[UUID, float] = {}
        self.workers = WorkersAlive(0, 0)
        self.stopping = False
        self.left = asyncio.Event()
        self.sweeper: asyncio.Task[None] | None = None

    @property
    def open(self) -> int:
        """How many sockets and event streams are open."""
        return sum(map(len, self.followers.values()))

    async def join(self, account: UUID, cursor: str | None, grant: Grant) -> Follower:
        """Follow an account from a cursor on, None from now. Raises Refused."""
        if self.stopping:
            raise Refused(STOPPING)
        mine = self.followers.setdefault(account, set())
        if len(mine) >= MAX_FOLLOWERS:
            raise Refused(TOO_MANY)
        if self.sweeper is None:
            await self._count_workers()
            self.sweeper = asyncio.create_task(self._sweep())
        if account not in self.fans:
            fan = Fan(account, self.client, lambda: self.workers, lambda: self._wake(account))
            self.fans[account] = fan
            self.tasks[account] = asyncio.create_task(fan.run())
        follower = Follower(self.fans[account], cursor, grant)
        self.followers[account].add(follower)
        return follower

    def forget(self, follower: Follower) -> None:
        """A follower is gone."""
        account = follower.fan.account
        mine = self.followers.get(account, set())
        mine.discard(follower)
        self.left.set()
        if not mine:
            self.idle_since[account] = time.monotonic()

    def _wake(self, account: UUID) -> None:
        for follower in self.followers.get(account, ()):
            follower.news.set()

    async def stop(self) -> None:
        """End all following with 1001, within seconds."""
        self.stopping = True
        for mine in self.followers.values():
            for follower in mine:
                follower.leave(STOPPING)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_PATIENCE):
                while self.open:
                    self.left.clear()
                    await self.left.wait()
        tasks = [*self.tasks.values(), *([self.sweeper] if self.sweeper else [])]
        while tasks:  # again, because libraries lose a cancel now and then
            for task in tasks:
                task.cancel()
            tasks = list((await asyncio.wait(tasks, timeout=0.2))[1])
        self.fans.clear()
        self.tasks.clear()
        self.sweeper = None
        await self.client.aclose()

    async def _sweep(self) -> None:
        sweeps = 0
        while True:
            await asyncio.sleep(1.0)
            sweeps += 1
            self._end_slow()
            self._end_idle()
            try:
                if sweeps % 2 == 0:
                    await self._count_workers()
                if sweeps % SESSION_CHECKS == 0:
                    await self.check_sessions()
            except Exception:  # whatever it is, the next sweep tries again
                log.exception("the sweep over the followers failed")

    def _end_slow(self) -> None:
        late = time.monotonic() - SEND_PATIENCE
        for mine in self.followers.values():
            for follower in mine:
                if follower.sending_since is not None and follower.sending_since < late:
                    follower.leave(SLOW)

    def _end_idle(self) -> None:
        for account, since in list(self.idle_since.items()):
            if self.followers.get(account):
                del self.idle_since[account]
            elif time.monotonic() - since > LINGER:
                del self.idle_since[account]
                self.followers.pop(account, None)
                self.fans.pop(account).over = True
                self.tasks.pop(account).cancel()

    async def workers_now(self) -> WorkersAlive:
        """The workers there are; looked at now if no sweep does."""
        if self.sweeper is None:
            await self._count_workers()
        return self.workers

    async def _count_workers(self) -> None:
        with contextlib.suppress(RedisError):  # as far as is known nothing has changed
            self.workers = msgspec.convert(
                {"type": "workers", **await heartbeat.alive()}, WorkersAlive
            )

    async def check_sessions(self) -> None:
        """End followers that are not signed in any more: sign-out, revoked token, user removed."""
        following = [follower for mine in self.followers.values() for follower in mine]
        try:
            ended = await self.ended({follower.grant for follower in following})
        except TRANSIENT:
            return  # PostgreSQL is away: nobody can be asked
        for follower in following:
            if follower.grant in ended:
                follower.leave(SIGNED_OUT)
