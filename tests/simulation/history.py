"""One history: a run from its start to its end on the engine's own code, as a seed decides.

Real: turn, work, gate, queue with the Lua scripts, ledger, entering, reopening, credits, advance,
results, controls, rebuild, keeper, the heartbeat's guard and beats. Modelled: time, the servers'
commands and statements, Dramatiq's delivery of bells, the AI service, the stages' own work.
"""

import asyncio
import contextlib
from collections import deque
from contextvars import ContextVar
from functools import partial
from typing import Any
from uuid import UUID

from redis.exceptions import RedisError

from db.engine import TRANSIENT
from db.status import RunOrder
from pipeline import controls, gate, isolation, queue
from pipeline.errors import (
    AIAuthError,
    AIProviderError,
    InsufficientCreditsError,
    RetryLater,
)
from pipeline.options import RunOptions
from pipeline.stage import Done, Job, Outcomes, Work
from tests.simulation.checks import Checks
from tests.simulation.memory_redis import Broken, MemoryRedis
from tests.simulation.plan import ACCOUNT, Plan, children_of, plan_of, rows_for
from tests.simulation.processes import Process, Processes
from tests.simulation.servers import Client, Database
from tests.simulation.store import Store
from tests.simulation.wire import Wire
from tests.simulation.world import Loop, Never, World

WATCH = 0.25
PATIENCE = 200.0
"""Seconds after the last fault within which a run must have ended and everything agree."""
OPTIONS = RunOptions(ideas_per_cluster=2, target_words=200, images_per_article=1)
SETS = ("pending", "processing", "completed", "failed", "cancelled")


in_child: ContextVar[bool] = ContextVar("in_child", default=False)
"""Whether the work at hand has a process of its own."""


class History(Processes):
    """Holds the world of one seed."""

    def __init__(self, seed: int, redis: MemoryRedis, plan: Plan | None = None) -> None:
        self.seed = seed
        self.world = World(seed)
        self.plan = plan or plan_of(self.world.random)
        self.world.long = self.plan.long
        self.redis, self.store = redis, Store()
        redis.flush()
        self.store.now = lambda: self.world.now
        self.wire = Wire(self.world, redis, self.store, self.plan.faults)
        self.wire.kill = self.kill
        self.wire.checked = self.check_sets
        self.checks = Checks(self.store, self.plan)
        self.database, self.client = Database(self.wire), Client(self.wire)
        self.bells: dict[str, deque[tuple[str, str, str]]] = {"text": deque(), "images": deque()}
        self.processes: list[Process] = []
        self.loops: list[Loop] = []
        self.bugs: list[str] = []
        self.worked: dict[Any, int] = {}
        self.in_flight = 0
        self.key: queue.RunKey | None = None
        self.ended = False
        self.last_fault = max(
            [5.0, *(at for at, _ in self.plan.events), *(at for at, _ in self.plan.actions)]
        )
        self.acting = 0
        self.base = ""
        self.cancelled = False
        self.difference = ""

    # The whole ------------------------------------------------------------------------------

    def run(self) -> None:
        """Go through it. Raises Broken or Never."""
        try:
            self.web = self.loop("web")
            ids = rows_for(self.store, self.plan)
            self.spawn(self.web, lambda: self.start(ids))
            for kind in self.kinds():
                self.work_as(kind)
            self.keep()
            for moment, what in self.plan.events:
                self.world.after(moment, partial(self.happen, what))
            for moment, what in self.plan.actions:
                self.acting += 1
                self.world.call(self.web, moment, self.act, what)
            self.world.call(self.web, WATCH, self.watch)
            self.world.run(self.last_fault + PATIENCE, self.over)
            if self.bugs:
                raise Broken(self.bugs[0])
            if not self.ended:
                raise Never(f"not at rest: {self.state()}")
            self.check_end()
        finally:
            self.close()

    def over(self) -> bool:
        return self.ended or bool(self.bugs)

    def close(self) -> None:
        """End every task, also those of dead processes, so that none is collected half done."""
        self.world.over()
        for loop in self.loops:
            loop.alive = True
            self.world.enter(loop)
            loop.alive = False
            for task in loop.tasks:
                if not task.done():
                    with contextlib.suppress(BaseException):  # it is dead
                        task.get_coro().close()  # type: ignore[union-attr]
            loop.tasks.clear()
            loop.at_death.clear()
        self.world.ready.clear()
        self.world.enter(None)

    def kinds(self) -> list[str]:
        return ["text", "text", *(["images"] if self.plan.first <= 6 <= self.plan.last else [])]

    # The work -------------------------------------------------------------------------------

    async def isolated(self, work: Work, job: Job) -> Outcomes:
        """In place of a process of its own."""
        mark = in_child.set(True)
        try:
            return await work(job)
        finally:
            in_child.reset(mark)

    async def work_on(self, number: int, asks: bool, job: Job) -> Outcomes:
        """In place of a stage's work: it takes a while and ends as chance has it."""
        plan, chance = self.plan, self.world.chance
        if asks:
            await gate.passed()
            self.in_flight += 1
            if plan.quiet and self.in_flight > plan.concurrency:
                raise_bug(self, f"{self.in_flight} calls at {plan.concurrency}")
        places = [(number, item.id) for item in job.items]
        try:
            for place in places:
                self.worked[place] = self.worked.get(place, 0) + 1
            self.world.note(f"work on {[i.id.int for i in job.items]} of stage {number}")
            await asyncio.sleep(plan.work_seconds * chance() if chance() < 0.9 else 4 * chance())
            if plan.poison and self.checks.poisoned(places, in_child.get(), chance):
                if in_child.get():
                    raise isolation.Died
                assert self.world.running is not None
                self.kill(self.world.running)
                await asyncio.get_running_loop().create_future()
        finally:
            self.in_flight -= asks
        if chance() < plan.halts:
            raise AIAuthError("the key was refused")
        if chance() < plan.retries:
            raise RetryLater(AIProviderError("busy"), 0.1, counts=chance() < 0.7)
        return {
            item.id: AIProviderError("no answer") if chance() < plan.fails else Done(True)
            for item in job.items
        }

    async def save(self, connection: Any, job: Job, results: dict[UUID, Any]) -> None:
        rows = [row for item in results for row in children_of(job.stage, item)]
        await connection.fetch("simulated work saves", rows)

    # People ---------------------------------------------------------------------------------

    async def start(self, ids: list[UUID]) -> None:
        order = RunOrder.FLOW if self.plan.flow else RunOrder.STAGE_BY_STAGE
        while not self.store.tables["run"]:
            try:
                await controls.start(
                    ACCOUNT,
                    first_stage=self.plan.first,
                    last_stage=self.plan.last,
                    selection=ids,
                    options=OPTIONS,
                    order=order,
                    concurrency=self.plan.concurrency,
                )
            except TRANSIENT:
                await asyncio.sleep(0.5)
            except Exception as error:  # noqa: BLE001 - told at the end
                self.bugs.append(f"the start raised {error!r}")
                return
        self.key = queue.RunKey(ACCOUNT, next(iter(self.store.tables["run"])))

    def act(self, what: str) -> None:
        if self.key is None:
            self.world.call(self.web, self.world.now + 0.1, self.act, what)
            return
        self.web.create_task(self.control(what))

    async def control(self, what: str) -> None:
        """Something that a person does."""
        assert self.key is not None
        self.world.note(f"person: {what}")
        try:
            if what == "top_up":
                await self.top_up()
            elif what == "retry":
                self.checks.retrying += 1
                await controls.retry(self.key.account, self.key.run)
            else:
                self.cancelled |= what == "cancel"
                await getattr(controls, what)(self.key.account, self.key.run)
        except (controls.IllegalMove, InsufficientCreditsError, RedisError, *TRANSIENT):
            pass
        except Exception as error:  # noqa: BLE001 - told below
            self.bugs.append(f"{what} raised {error!r}")
        finally:
            self.checks.retrying -= what == "retry"
            self.acting -= 1

    async def top_up(self) -> None:
        """credits.top_up, but for its event."""
        async with self.database.transaction() as transaction:
            sql = "update account set balance = balance + $2 where id = $1 returning balance"
            await transaction.connection.fetchval(sql, ACCOUNT, 200)
            sql = "insert values ($1, 'top_up', $2, 0, $3, now())"
            await transaction.connection.execute(sql, ACCOUNT, 200, "")

    # The end --------------------------------------------------------------------------------

    def watch(self) -> None:
        """A person looks now and then: goes on with a stopped run, sees that it has ended."""
        self.world.call(self.web, self.world.now + WATCH, self.watch)
        if self.key is None or self.acting:
            return
        run = self.store.tables["run"][self.key.run]
        halted = run.status == "failed" and (
            run.error is None or self.store.tables["stage"][run.error["stage"]].status != "closed"
        )
        if run.status == "paused" or halted:
            if halted and self.world.chance() < 0.5:
                self.go("top_up")
            self.go("resume")
            return
        if run.status == "running" or self.busy():
            return
        if not self.meta()[0]:
            self.ended = True  # Redis forgot it: its progress is read from PostgreSQL
            return
        self.difference = self.compare(run)
        self.ended = not self.difference

    def go(self, what: str) -> None:
        self.acting += 1
        self.act(what)

    def busy(self) -> bool:
        return any(p.busy for p in self.processes)

    def compare(self, run: Any) -> str:
        return self.checks.same_in_redis(self.members, self.meta(), run)

    def meta(self) -> list[str]:
        self.redis.at(self.world.now)
        name = self.base_of() + "meta"
        values = [self.redis.command("HGET", name, field) for field in ("status", "version")]
        return [(value or b"").decode() for value in values]

    def members(self, number: int) -> dict[UUID, str]:
        found = {}
        for name in SETS:
            for item in self.redis.command("SMEMBERS", f"{self.base_of()}s{number}:{name}"):
                found[UUID(item.decode())] = "queued" if name == "pending" else name
        return found

    def base_of(self) -> str:
        if not self.base:
            assert self.key is not None
            self.base = self.key.meta.removesuffix("meta")
        return self.base

    def check_sets(self) -> None:
        if self.key is not None:
            self.redis.check(self.base_of(), self.plan.first, self.plan.last)

    def check_end(self) -> None:
        assert self.key is not None
        self.checks.at_the_end(self.store.tables["run"][self.key.run])
        if self.plan.only_poison_kills:
            self.checks.blames()
        if self.plan.quiet and not (self.plan.actions or self.plan.retries or self.plan.halts):
            twice = {k: n for k, n in self.worked.items() if n > 1 and k[0] != 7}
            if twice and self.plan.credit >= 1000 and not self.plan.poison:
                raise Broken(f"worked on twice without any fault: {twice}")

    def state(self) -> str:
        """What stands where, for whoever reads a failure."""
        run = self.store.tables["run"].get(self.key.run) if self.key else None
        items = {f"{n}:{i.int}": row.status for (n, i), row in self.store.tables["item"].items()}
        status = run.status if run else "not started"
        busy = [(p.loop.name, p.busy) for p in self.processes]
        return f"{status}, items {items}, {busy}, acting {self.acting}, {self.difference}"


def raise_bug(history: History, text: str) -> None:
    history.bugs.append(text)
