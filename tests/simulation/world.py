"""Time, processes and what lies between them, in one thread: the order of everything is a seed's.

A process is an event loop of its own and its own copy of the modules' variables. Whatever leaves a
process (a command to Redis, a statement, a bell) takes a time that the seed decides, and on each
side of it the process may die, stand still or lose the answer. Real asyncio tasks run on it.
"""

import asyncio
import random
import sys
from asyncio import events, tasks
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from heapq import heappop, heappush
from typing import Any

import msgspec


class Never(AssertionError):
    """The history does not come to rest."""


class Handle(msgspec.Struct):
    """A call to come; as much of asyncio's as tasks and timeouts use."""

    loop: "Loop"
    callback: Callable[..., Any]
    args: Any
    context: Context
    gone: bool = False

    def cancel(self) -> None:
        self.gone = True

    def cancelled(self) -> bool:
        return self.gone


class Loop(asyncio.AbstractEventLoop):
    """The event loop of one process."""

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.alive = True
        self.frozen_until = 0.0
        self.tasks: list[asyncio.Task[Any]] = []
        self.own: list[tuple[dict[str, Any], str, Any]] = []
        """Its own copies of modules' variables: (module's names, name, value). What they hold may
        change, they never do."""
        self.at_death: dict[Any, Callable[[], None]] = {}
        """What closes when it dies, by whose it is."""

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        handle = Handle(self, callback, args, copy_context() if context is None else context)
        if self.alive:
            self.world.ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        return self.call_at(self.world.now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Handle:
        handle = Handle(self, callback, args, copy_context() if context is None else context)
        self.world.push(when, handle)
        return handle

    def time(self) -> float:
        return self.world.now

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]
        self, coro: Coroutine[Any, Any, Any], *, name: Any = None, context: Any = None
    ) -> "asyncio.Task[Any]":
        task = asyncio.Task(coro, loop=self, name="-", context=context)
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        self.tasks.append(task)
        return task

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> "asyncio.Future[Any]":
        """A thread's work: done in no time, after a while."""
        future = self.create_future()

        def work() -> None:
            if not future.done():
                future.set_result(func(*args))

        self.world.push(self.world.now + self.world.pause(), Handle(self, work, (), copy_context()))
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.world.unheard.append(context)

    get_debug = staticmethod(bool)  # type: ignore[assignment] # False; each future asks

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def die(self) -> None:
        """kill -9: nothing of it runs any more, and its connections close."""
        self.alive = False
        for then in list(self.at_death.values()):
            then()


_running: list[Loop | None] = [None]


def running_loop() -> Loop | None:
    """The loop of the process that runs."""
    return _running[0]


def required_loop() -> Loop:
    """The same, where there must be one."""
    loop = _running[0]
    if loop is None:
        raise RuntimeError("no running event loop")
    return loop


def task_at_work(loop: Any = None) -> "asyncio.Task[Any] | None":
    """The task that this process is at."""
    return _current_task(loop or required_loop())


_current_task = tasks.current_task
_all_tasks = vars(tasks)["_all_tasks" if sys.version_info < (3, 12) else "_scheduled_tasks"]
ASYNCIO: list[tuple[Any, str, Any]] = [
    (events, "_get_running_loop", running_loop),
    (events, "get_running_loop", required_loop),
    (events, "_get_event_loop", lambda stacklevel=3: required_loop()),
    (asyncio, "get_running_loop", required_loop),
    (asyncio, "current_task", task_at_work),
    (tasks, "current_task", task_at_work),
    (_all_tasks, "add", lambda task: None),
]
"""Which process runs, asked of us: a system call a switch and a question is what asyncio takes.
And nobody asks for all tasks."""


class World:
    """The clock, what is due, and chance."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.chance = self.random.random
        self.now = 0.0
        self.heap: list[tuple[float, int, Any]] = []
        self.serial = 0
        self.ready: deque[Handle] = deque()
        self.unheard: list[dict[str, Any]] = []
        self.running: Loop | None = None
        self.slow, self.long = 0.02, 0.01
        self.steps = 0
        self.trace: list[str] | None = None

    def pause(self) -> float:
        """Seconds that something small takes: mostly little, at times (`long`) much."""
        share = self.chance()
        return self.slow * share if share >= self.long else self.slow * 60 * self.chance()

    def push(self, when: float, what: Any) -> None:
        self.serial += 1
        heappush(self.heap, (when, self.serial, what))

    def push_soon(self, what: Any) -> None:
        """The same after a `pause`, in one call: half of all that happens comes by this."""
        share = self.chance()
        pause = self.slow * share if share >= self.long else self.slow * 60 * self.chance()
        self.serial += 1
        heappush(self.heap, (self.now + pause, self.serial, what))

    def call(self, loop: Loop, when: float, callback: Callable[..., None], *args: Any) -> None:
        """Call something in a process, with nothing of the context that asks for it."""
        self.push(when, Handle(loop, callback, args, Context()))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something that belongs to no process."""
        self.push(self.now + seconds, action)

    def note(self, text: str) -> None:
        if self.trace is not None:
            name = self.running.name if self.running else "-"
            self.trace.append(f"{self.now:9.3f} {name:7} {text}")

    def enter(self, loop: Loop | None) -> None:
        """Make a process the one that runs: its loop, and its modules' variables."""
        if loop is self.running:
            return
        self.running = _running[0] = loop
        if loop is not None:
            for names, name, value in loop.own:
                names[name] = value

    def run(self, until: float, done: Callable[[], bool] | None = None) -> None:
        """Go on until the time has come, or `done`."""
        ready, heap = self.ready, self.heap
        while True:
            while ready:
                handle = ready.popleft()
                loop = handle.loop
                if handle.gone or not loop.alive:
                    continue
                if loop.frozen_until > self.now:
                    self.push(loop.frozen_until, handle)
                    continue
                if loop is not self.running:
                    self.enter(loop)
                handle.context.run(handle.callback, *handle.args)
            if done is not None and done():
                return
            if not heap or heap[0][0] > until:
                self.now = max(self.now, until)
                return
            when, _, what = heappop(heap)
            if when > self.now:
                self.now = when
            self.steps += 1
            if self.steps > 100_000:
                raise Never("more than 100,000 steps")
            if type(what) is Handle:
                ready.append(what)
            else:
                what()

    def over(self) -> None:
        """End what is left of all tasks, so that none is collected half done."""
        self.ready.clear()
        self.heap.clear()
