"""Between the processes and the servers: every call passes here, and here things go wrong.

What a fault may do to a call: the answer is lost after it was carried out, or it never arrives; the
process dies before or after it; Redis gets it twice, as a client does that tries again; a server
is away for a while.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any

import asyncpg
from redis.exceptions import ConnectionError as RedisGone

from tests.simulation.memory_redis import MemoryRedis
from tests.simulation.store import Blocked, Store, Transaction
from tests.simulation.world import Handle, Loop, World

if TYPE_CHECKING:
    from tests.simulation.servers import Session

CHANGING = {"fill", "claim", "settle", "release", "reap", "adopt", "reopen", "cancel", "restore"}
"""Scripts that move items."""


class Gone(BaseException):
    """The process is dead: nothing it does reaches anybody."""


class Faults:
    """How likely each fault is at one call, and how many are left in this history."""

    def __init__(self) -> None:
        self.death = self.lost = self.doubled = 0.0
        self.deaths_left = self.losses_left = 0


class Wire:
    """Between the processes and the servers."""

    def __init__(self, world: World, redis: MemoryRedis, store: Store, faults: Faults) -> None:
        self.world, self.redis, self.store, self.faults = world, redis, store, faults
        self.nothing = Context()
        self.rewritten: Callable[[str], str] = lambda sql: sql
        self.redis_away = self.postgres_away = 0.0
        self.kill: Callable[[Loop], None] = lambda loop: None
        self.checked: Callable[[], None] = lambda: None

    def _loop(self) -> Loop:
        loop = self.world.running
        if loop is None or not loop.alive:
            raise Gone
        return loop

    def _fate(self) -> str:
        """What happens to a call: well; before it death or cut; after it died or lost."""
        faults, chance = self.faults, self.world.chance
        if faults.deaths_left and chance() < faults.death:
            faults.deaths_left -= 1
            return "death" if chance() < 0.5 else "died"
        if faults.losses_left and chance() < faults.lost:
            faults.losses_left -= 1
            return "cut" if chance() < 0.5 else "lost"
        return "well"

    async def to_redis(self, name: str, command: Callable[[], Any]) -> Any:
        """Carry one command or script to Redis."""
        world, loop = self.world, self._loop()
        future = loop.create_future()
        fate = self._fate() if loop.name != "web" else "well"
        if world.trace is not None:
            world.note(f"redis {name} {fate}")

        def arrive() -> None:
            if self.redis_away > world.now:
                world.push(self.redis_away, arrive)
                return
            if fate == "death":
                self.kill(loop)
            elif fate == "cut":
                self._answer(loop, future, RedisGone("cut"))
            else:
                answer = self.at_redis(command, name)
                if self.faults.doubled and world.chance() < self.faults.doubled:
                    answer = self.at_redis(command, name)
                if fate == "died":
                    self.kill(loop)
                else:
                    self._answer(loop, future, RedisGone("lost") if fate == "lost" else answer)

        world.push(world.now + world.pause(), arrive)
        return await future

    def at_redis(self, command: Callable[[], Any], name: str) -> Any:
        """Carry it out now, and check what must hold after every change of the sets."""
        self.redis.at(self.world.now)
        answer = command()
        if name in CHANGING:
            self.checked()
        return answer

    def _answer(self, loop: Loop, future: "asyncio.Future[Any]", answer: Any) -> None:
        """Bring the answer, at once or later."""
        world = self.world
        if world.chance() < 0.5:
            if loop.alive:
                _set(future, answer)
        else:
            world.push(
                world.now + world.pause(), Handle(loop, _set, (future, answer), self.nothing)
            )

    async def to_postgres(
        self, session: "Session", statement: Callable[[Transaction], Any], name: str
    ) -> Any:
        """Carry a statement to PostgreSQL, and wait there for rows that others hold."""
        world, loop = self.world, self._loop()
        future = loop.create_future()
        fate = self._fate() if loop.name != "web" else "well"
        if world.trace is not None:
            world.note(f"postgres {name} {fate}")

        def cut() -> None:
            session.lose()
            self._answer(loop, future, asyncpg.ConnectionDoesNotExistError("cut"))

        def arrive() -> None:
            if self.postgres_away > world.now or session.lost:
                cut()
                return
            if fate == "death" or not loop.alive:
                self.kill(loop)
                return
            if fate == "cut":
                cut()
                return
            try:
                answer = session.carry_out(statement)
            except Blocked as blocked:
                if session.would_lock(blocked.owner):
                    session.lose()
                    self._answer(loop, future, asyncpg.DeadlockDetectedError("deadlock"))
                else:
                    blocked.owner.waiters.append(lambda: world.push(world.now, again))
                return
            except Exception as error:  # noqa: BLE001 - the caller gets it
                self._answer(loop, future, error)
                return
            if fate == "died":
                self.kill(loop)
            elif fate == "lost":
                cut()
            else:
                self._answer(loop, future, answer)

        def again() -> None:
            if loop.alive and not session.lost:
                arrive()

        world.push(world.now + world.pause(), arrive)
        return await future


def _set(future: "asyncio.Future[Any]", answer: Any) -> None:
    if future.done():
        return
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)
