"""The processes of a history: workers and a keeper, their threads, their ends, and the bells."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from db.engine import TRANSIENT
from pipeline import heartbeat, keeper, queue, reporter, turn, work
from pipeline.advance import advance
from pipeline.messages import FUNCTIONS
from tests.simulation.memory_redis import MemoryRedis
from tests.simulation.plan import Plan
from tests.simulation.wire import Gone, Wire
from tests.simulation.world import Loop, World

THREADS = 3
BEAT = 0.5
STAGE_OF = {function: number for number, function in FUNCTIONS.items()}


class Beating(heartbeat.Heartbeat):
    """The heartbeat without its thread: the world beats it."""

    def __init__(self, renew: Any, adopt: Any) -> None:
        self.guarded, self.turns, self.asked, self.shutting_down = {}, {}, {}, False
        self.name_in_redis, self.threads = "", THREADS
        self.client: Any = _NoPipeline()
        self.renew, self.adopt = renew, adopt


class _NoPipeline:
    """Who is alive is not part of what is simulated."""

    def pipeline(self, transaction: bool = False) -> "_NoPipeline":
        return self

    def set(self, *_: Any, **__: Any) -> None: ...

    def sadd(self, *_: Any) -> None: ...

    def execute(self) -> None: ...


class Process:
    """A worker or keeper and what it is at."""

    def __init__(self, loop: Loop, kind: str) -> None:
        self.loop, self.kind = loop, kind
        self.busy = 0


class Processes:
    """What a history is made of, as far as processes and bells go."""

    world: World
    wire: Wire
    redis: MemoryRedis
    plan: Plan
    loops: list[Loop]
    processes: list[Process]
    bells: dict[str, deque[tuple[str, str, str]]]
    bugs: list[str]

    def over(self) -> bool:
        """Whether nothing more is to be seen."""
        raise NotImplementedError

    def loop(self, name: str) -> Loop:
        made = Loop(self.world, name)  # type: ignore[abstract]
        made.own = [
            (vars(turn), "_crews", {}),
            (vars(turn), "_claiming", asyncio.Lock()),
            (vars(work), "_saving", asyncio.Semaphore(3)),
            (vars(work), "_facts_known", {}),
            (vars(reporter), "_news", {}),
            (vars(heartbeat), "_mine", None),  # the last: see `work_as`
        ]
        self.loops.append(made)
        return made

    def spawn(self, loop: Loop, begin: Callable[[], Any]) -> None:
        """Begin a task of a process, which may be dead by then."""
        loop.call_soon(lambda: loop.create_task(begin()))

    def work_as(self, kind: str) -> None:
        loop = self.loop(f"{kind}{len(self.loops)}")
        process = Process(loop, kind)
        pulse = Beating(self.synchronous(loop, "renew"), self.synchronous(loop, "adopt"))
        loop.own[-1] = vars(heartbeat), "_mine", pulse
        self.processes.append(process)
        self.world.after(BEAT * self.world.chance(), lambda: self.next_beat(loop, pulse))
        self.deliver(kind)

    def next_beat(self, loop: Loop, pulse: Beating) -> None:
        self.world.call(loop, self.world.now, self.beat, loop, pulse)

    def beat(self, loop: Loop, pulse: Beating) -> None:
        """The heartbeat's thread: its loop once."""
        with contextlib.suppress(RedisError, Gone):
            if pulse.turns or pulse.asked or pulse.guarded:
                pulse._beat()
        self.world.after(BEAT, lambda: self.next_beat(loop, pulse))

    def synchronous(self, loop: Loop, name: str) -> Any:
        """A script called by a thread: everything else goes on while it waits."""
        world, wire = self.world, self.wire

        def call(keys: list[str], args: list[Any]) -> Any:
            if wire.redis_away > world.now:
                raise RedisError("away")
            if world.chance() < 0.3:
                self.wait_in_thread(loop, world.pause())
            answer = wire.at_redis(lambda: self.redis.script(name, *keys, *args), name)
            if world.chance() < 0.3:
                self.wait_in_thread(loop, world.pause())
            return answer

        return call

    def wait_in_thread(self, loop: Loop, seconds: float) -> None:
        self.world.run(self.world.now + seconds, self.over)
        if loop.alive and loop.frozen_until > self.world.now:
            self.world.run(loop.frozen_until, self.over)
        if not loop.alive or self.over():
            raise Gone
        self.world.enter(loop)

    def keep(self) -> None:
        loop = self.loop("keeper")
        self.processes.append(Process(loop, "keeper"))

        async def tend() -> None:
            mine = keeper.Keeper()
            while True:
                await mine.tick()
                await asyncio.sleep(keeper.PAUSE)

        self.spawn(loop, tend)

    def kill(self, loop: Loop) -> None:
        """kill -9; its supervisor starts another."""
        process = next((p for p in self.processes if p.loop is loop), None)
        if process is None or not loop.alive:
            return
        self.world.note(f"killed {loop.name}")
        loop.die()
        self.processes.remove(process)
        again = self.keep if process.kind == "keeper" else lambda: self.work_as(process.kind)
        self.world.after(0.2 + self.world.chance(), again)

    def happen(self, what: str) -> None:
        """A fault at a moment of the plan."""
        world = self.world
        world.note(f"fault: {what}")
        if what in ("flush", "restart"):
            self.redis.flush()
            if what == "restart":
                self.redis.globals[b"server"] = b"%040d" % world.random.randrange(10**9)
        elif what == "redis_away":
            self.wire.redis_away = world.now + 3 * world.chance()
        elif what == "postgres_away":
            self.wire.postgres_away = world.now + 3 * world.chance()
        elif self.processes:
            process = world.random.choice(self.processes)
            if what == "kill":
                self.kill(process.loop)
            else:
                process.loop.frozen_until = world.now + 5 * world.chance()

    # Bells ----------------------------------------------------------------------------------

    def send(self, queue_name: str, actor: str, account: UUID, run: UUID, count: int) -> None:
        """In place of `broker._send`: lost, doubled, late and out of order."""
        chance, plan = self.world.chance, self.plan
        for _ in range(count):
            times = 0 if chance() < plan.bells_lost else 2 if chance() < plan.bells_doubled else 1
            for _ in range(times):
                late = 3.0 * chance() if chance() < plan.bells_late else self.world.pause()
                bell = (actor, str(account), str(run))
                self.world.after(late, partial(self.put, queue_name, bell))

    def put(self, kind: str, bell: tuple[str, str, str]) -> None:
        self.bells[kind].append(bell)
        self.deliver(kind)

    def deliver(self, kind: str) -> None:
        """Give bells to threads that are free."""
        waiting = self.bells[kind]
        while waiting:
            free = [p for p in self.processes if p.kind == kind and p.busy < THREADS]
            if not free:
                return
            process = self.world.random.choice(free)
            process.busy += 1
            bell = waiting.popleft()
            self.spawn(process.loop, lambda p=process, b=bell: self.answer(p, b))  # type: ignore[misc]

    async def answer(self, process: Process, bell: tuple[str, str, str]) -> None:
        """What an actor does; its thread is free again in any case."""
        actor, account, run = bell
        self.world.note(f"bell {actor}")
        try:
            if actor == "advance_run":
                await advance(queue.RunKey(UUID(account), UUID(run)))
            else:
                await turn.answer_bell(STAGE_OF[actor], account, run)
        except (RedisError, *TRANSIENT):
            pass
        except Gone:
            raise
        except Exception as error:  # noqa: BLE001 - an actor must never raise
            self.bugs.append(f"an actor raised {error!r}")
        finally:
            if process.loop.alive:
                process.busy -= 1
                self.world.after(0.0, lambda: self.deliver(process.kind))
