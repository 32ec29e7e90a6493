"""Between the processes and the servers: every call passes here, and here things go wrong.

What a fault may do to a call: the answer is lost after it was carried out, or it never arrives; the
process dies before or after it; Redis gets it twice, as a client does that tries again; a server
is away for a while.
"""

from asyncio import Future
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import asyncpg
import msgspec
from redis.exceptions import ConnectionError as RedisGone

from tests.simulation.memory_redis import MemoryRedis
from tests.simulation.store import Blocked, Store, Transaction
from tests.simulation.world import Loop, World

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
        self.rewritten: Callable[[str], str] | None = None
        """What a statement becomes on its way."""
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

    def to_redis(self, name: str, command: Callable[[], Any]) -> "Future[Any]":
        """Carry one command or script to Redis; its answer comes."""
        loop = self._loop()
        return self._send(_ToRedis(self, loop, name, command, Future(loop=loop)), "redis")

    def to_postgres(
        self, session: "Session", statement: Callable[[Transaction], Any], name: str
    ) -> "Future[Any]":
        """Carry a statement to PostgreSQL, and wait there for rows that others hold."""
        loop = self._loop()
        call = _ToPostgres(self, loop, name, statement, Future(loop=loop), session=session)
        return self._send(call, "postgres")

    def _send(self, call: "_Call", server: str) -> "Future[Any]":
        world, faults = self.world, self.faults
        if (faults.deaths_left or faults.losses_left) and call.loop.name != "web":
            call.fate = self._fate()
        if world.trace is not None:
            world.note(f"{server} {call.name} {call.fate}")
        world.push_soon(call.arrive)
        return call.future

    def at_redis(self, command: Callable[[], Any], name: str) -> Any:
        """Carry it out now, and check what must hold after every change of the sets."""
        self.redis.at(self.world.now)
        answer = command()
        if name in CHANGING:
            self.checked()
        return answer


class _Call(msgspec.Struct, eq=False):
    """One call on its way to a server. An object and not closures, which would hold each other
    in circles and leave most of a history to the collector.
    """

    wire: Wire
    loop: Loop
    name: str
    carried: Callable[..., Any]
    future: "Future[Any]"
    fate: str = "well"
    answered: Any = None

    def arrive(self) -> None:
        """What happens at the server."""
        raise NotImplementedError

    def answer(self, answer: Any) -> None:
        """Bring the answer, at once or later."""
        world = self.wire.world
        self.answered = answer
        if world.chance() < 0.5:
            self.set()
        else:
            world.push_soon(self.come)

    def come(self) -> None:
        """The answer is at its process, which may stand still."""
        if self.loop.frozen_until > self.wire.world.now and self.loop.alive:
            self.wire.world.push(self.loop.frozen_until, self.come)
        else:
            self.set()

    def set(self) -> None:
        """Let the answer be seen."""
        future, answer = self.future, self.answered
        if not self.loop.alive or future.done():
            return
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)


class _ToRedis(_Call, eq=False):
    def arrive(self) -> None:
        wire = self.wire
        if wire.redis_away > wire.world.now:
            wire.world.push(wire.redis_away, self.arrive)
            return
        if self.fate == "death":
            wire.kill(self.loop)
        elif self.fate == "cut":
            self.answer(RedisGone("cut"))
        else:
            answer = wire.at_redis(self.carried, self.name)
            if wire.faults.doubled and wire.world.chance() < wire.faults.doubled:
                answer = wire.at_redis(self.carried, self.name)
            if self.fate == "died":
                wire.kill(self.loop)
            else:
                self.answer(RedisGone("lost") if self.fate == "lost" else answer)


class _ToPostgres(_Call, eq=False, kw_only=True):
    session: "Session"

    def cut(self) -> None:
        self.session.lose()
        self.answer(asyncpg.ConnectionDoesNotExistError("cut"))

    def arrive(self) -> None:
        wire, fate = self.wire, self.fate
        if wire.postgres_away > wire.world.now or self.session.lost:
            self.cut()
        elif fate == "death" or not self.loop.alive:
            wire.kill(self.loop)
        elif fate == "cut":
            self.cut()
        else:
            self.carry_out()

    def carry_out(self) -> None:
        """Run it in its transaction."""
        try:
            answer = self.session.carry_out(self.carried)
        except Blocked as blocked:
            self.wait_for(blocked.owner)
            return
        except Exception as error:  # noqa: BLE001 - the caller gets it
            self.answer(error)
            return
        if self.fate == "died":
            self.wire.kill(self.loop)
        elif self.fate == "lost":
            self.cut()
        else:
            self.answer(answer)

    def wait_for(self, owner: Transaction) -> None:
        """Run it again when the one that holds a row has ended; two in a circle never would."""
        if self.session.would_lock(owner):
            self.session.lose()
            self.answer(asyncpg.DeadlockDetectedError("deadlock"))
        else:
            world = self.wire.world
            owner.waiters.append(lambda: world.push(world.now, self.again))

    def again(self) -> None:
        if self.loop.alive and not self.session.lost:
            self.arrive()
