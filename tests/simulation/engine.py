"""Puts the engine on the simulated servers, and back.

Replaced are only the edges: how a script or statement is sent, how a bell is sent, the clock, ids,
logs, and the table of stages. Everything between them is the code that runs in production.
"""

import contextlib
import gc
import os
import sys
import types
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from piccolo_conf import DB
from pipeline import (
    advance,
    broker,
    controls,
    gate,
    heartbeat,
    isolation,
    keeper,
    queue,
    rebuild,
    reporter,
    turn,
    work,
)
from pipeline.messages import FUNCTIONS, NAMES
from pipeline.settings import settings
from pipeline.stage import STAGES, Stage
from tests.simulation import of_items, of_runs
from tests.simulation.history import History
from tests.simulation.memory_redis import MemoryRedis
from tests.simulation.world import ASYNCIO

SETTINGS = {
    "LEASE_SECONDS": "2",
    "TURN_SECONDS": "2",
    "TEXT_THREADS": "3",
    "IMAGE_THREADS": "3",
    "CONCURRENCY": "3",
    "PROVIDER_ATTEMPTS": "3",
}
NUMBERS = range(3, 8)
KNOWN = (of_items, of_runs)
"""Importing them makes their statements known."""


class Simulator:
    """The engine of this process, put on simulated servers; one history at a time."""

    def __init__(self, redis: MemoryRedis | None = None) -> None:
        self.redis = redis or MemoryRedis()
        self.rewritten: Callable[[str], str] | None = None
        """What a statement becomes on its way; mutations set it."""
        self.present: History
        """The history that is gone through."""
        self._names: dict[int, tuple[str, str]] = {}

    def history(self, seed: int, trace: bool = False) -> History:
        """Go through the history of a seed. Raises Broken or Never."""
        mine = History(seed, self.redis)
        mine.wire.rewritten = self.rewritten
        self.present = mine
        if trace:
            mine.world.trace = []
        mine.run()
        return mine

    def id(self) -> uuid.UUID:
        return uuid.UUID(int=self.present.world.random.getrandbits(128))

    def call(self, name: str, key: queue.RunKey, *args: Any) -> Awaitable[Any]:
        """In place of `queue._call`."""
        script, wire = self.redis.script, self.present.wire
        names = self._names.get(key.run.int) or self._names_of(key)
        return wire.to_redis(name, partial(script, name, *names, *args))

    def _names_of(self, key: queue.RunKey) -> tuple[str, str]:
        """The keys of a run, made once: a history has one run."""
        names = key.meta, key.events
        self._names = {key.run.int: names}
        return names

    def stage(self, number: int) -> Stage:
        asks = number not in (3, 7)
        return Stage(
            number=number,
            function=FUNCTIONS[number],
            name=NAMES[number],
            queue="images" if number == 6 else "text",
            batch=2 if number in (3, 7) else 1,
            asks_provider=asks,
            work=lambda job: self.present.work_on(number, asks, job),
            save=lambda connection, job, results: self.present.save(connection, job, results),
        )


class Log:
    """Counts nothing and prints nothing; a bug that was swallowed is one of the history's."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator

    def warning(self, *_: Any, **__: Any) -> None: ...

    info = warning

    def exception(self, text: str, *args: Any, **_: Any) -> None:
        error = sys.exception()
        self.simulator.present.bugs.append(f"{text % args}: {error!r}")


@contextmanager
def installed(simulator: Simulator) -> Iterator[Simulator]:
    """The engine on the simulated servers while the block runs."""
    clock = types.SimpleNamespace(
        monotonic=lambda: simulator.present.world.now, time=lambda: simulator.present.world.now
    )
    ids = types.SimpleNamespace(uuid4=simulator.id, UUID=uuid.UUID)
    log = Log(simulator)
    chance = types.SimpleNamespace(
        uniform=lambda a, b: simulator.present.world.random.uniform(a, b)
    )

    async def no_wait() -> float:
        return 0.0

    async def no_threads(_: str) -> int:
        return 0

    resting = types.SimpleNamespace(cool_down=no_wait, is_resting=lambda: False)
    changes: list[tuple[Any, str, Any]] = [
        (DB, "transaction", lambda: simulator.present.database.transaction()),
        (DB, "connection", lambda: simulator.present.database.connection()),
        (queue, "_call", simulator.call),
        (queue, "state", lambda: simulator.present.client),
        (keeper, "state", lambda: simulator.present.client),
        (heartbeat, "threads", no_threads),
        (broker, "_send", lambda *args: simulator.present.send(*args)),
        (
            broker,
            "waiting",
            lambda *kinds: {kind: len(simulator.present.bells[kind]) for kind in kinds},
        ),
        (turn, "provider", resting),
        (work, "random", chance),
        (controls, "uuid7", simulator.id),
        (isolation, "places", contextlib.nullcontext()),
        (isolation, "run", lambda work, job: simulator.present.isolated(work, job)),
        *((module, "time", clock) for module in (turn, work, gate, keeper, advance, reporter)),
        *((module, "uuid", ids) for module in (turn, heartbeat, keeper)),
        *((m, "log", log) for m in (turn, work, keeper, advance, controls, broker, heartbeat)),
        (rebuild, "log", log),
        *ASYNCIO,
    ]
    before = [(where, name, vars(where).get(name)) for where, name, _ in changes]
    stages, environment = dict(STAGES), dict(os.environ)
    os.environ.update(SETTINGS)
    _forget()
    STAGES.clear()
    STAGES.update({number: simulator.stage(number) for number in NUMBERS})
    for where, name, value in changes:
        setattr(where, name, value)
    gc.disable()
    try:
        yield simulator
    finally:
        gc.enable()
        for where, name, value in before:
            if value is None:
                delattr(where, name)
            else:
                setattr(where, name, value)
        STAGES.clear()
        STAGES.update(stages)
        os.environ.clear()
        os.environ.update(environment)
        _forget()


def _forget() -> None:
    settings.cache_clear()
    turn._by_preference.cache_clear()
