"""One trial: a run of articles on a real system, and what is done to it meanwhile.

Each trial has an account of its own, two workers under the supervisor of `igny8 up`, a keeper, and
the API with a client that follows what happens.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from bench import rows, runs
from bench.figures import Figure, exactly
from bench.rig import Rig
from bench.web import Web, token_of
from db.engine import TRANSIENT
from db.status import ACTIVE_RUN
from faults.lines import Lines, Pair
from faults.namespaces import Host
from piccolo_conf import DB
from pipeline import connections, controls
from pipeline.heartbeat import ALIVE_KEY
from pipeline.local.supervisor import Supervisor

STAGE = 4
SLOTS = 8
SECONDS = 0.4
PATIENCE = 90.0
WORKERS = ("worker", "second")
PLAIN = ("-m", "pipeline.worker", "text")
"""How a worker is started that nothing is done to."""


class Trial:
    """What a fault may use. `rng` decides everything that is left to chance.

    `short` asks for small sizes: those that show whether something is wrong, not how fast it is.
    `lines`, where the fault asks for them, are the proxies of each worker and of all others;
    `hosts` the machine that each worker has for itself.
    """

    def __init__(
        self, rig: Rig, rng: random.Random, items: int, port: int, lines: Lines | None = None
    ) -> None:
        self.rig, self.rng, self.lines = rig, rng, lines or {}
        self.crew: dict[str, Supervisor] = {}
        self.hosts: dict[str, Host] = {}
        self.wanted, self.port = items, port
        self.slots, self.seconds = SLOTS, SECONDS
        self.short = False
        self.account: UUID
        self.web: Web
        self.run: UUID
        self.items: list[UUID] = []
        self.others: list[UUID] = []
        """Further runs of the account, for which the same must hold."""
        self.hit_at: float | None = None
        self.may_cancel = False
        self.may_fail: set[str] = set()
        self.may_retry = False
        self.figures: list[Figure] = []

    async def sign_in(self, credits: int = 1_000_000) -> None:
        """An account of this trial, with a token of somebody in it."""
        self.account = await rows.account(credits)
        self.web = Web(self.rig, self.port, await token_of(self.account))

    async def begin(self) -> None:
        """Start a run over as many articles as are wanted."""
        self.items = await rows.tasks(self.account, self.wanted)
        if not self.rig.demo:
            await self.rig.answer(seconds=self.seconds, replay=1)
        self.run = await self.start(self.items)

    async def start(self, items: Sequence[UUID], last: int = STAGE) -> UUID:
        """One more run of this account over tasks, from articles to the stage `last`."""
        return await controls.start(
            self.account,
            first_stage=STAGE,
            last_stage=last,
            selection=items,
            concurrency=self.slots,
        )

    @property
    def runs(self) -> list[UUID]:
        """All runs of this account."""
        return [self.run, *self.others]

    async def mid_stage(self) -> None:
        """Wait until something is completed, then for a moment left to chance."""
        while await self.active() and not await runs.completed_items(self.run, STAGE):
            await asyncio.sleep(0.02)
        await asyncio.sleep(self.rng.uniform(0, SECONDS))

    async def active(self, run: UUID | None = None) -> bool:
        """Whether the run has not ended; where PostgreSQL is away, once it is back."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                return await runs.status_of(run or self.run) in ACTIVE_RUN
            except TRANSIENT:
                if time.monotonic() > give_up:
                    raise
            await asyncio.sleep(0.1)

    def hit(self) -> None:
        """From now on it is measured how long it takes until items complete again."""
        self.hit_at = time.monotonic()

    def count(self, name: str, value: float) -> None:
        """Note a count that has to be 0."""
        self.figures.append(exactly(name, float(value)))

    def measure(self, name: str, value: float, unit: str = "", **target: float) -> None:
        """Note a figure; `most` or `least` is what it is to keep to."""
        self.figures.append(Figure(name, value, unit, **target))

    def pid(self, name: str) -> int:
        """The process id of one of the workers."""
        pid = self.crew[name].pid("worker")
        assert pid is not None, f"{name} does not run"
        return pid

    def signal(self, number: signal.Signals, *names: str) -> None:
        """Send a signal to workers."""
        for name in names:
            os.kill(self.pid(name), number)

    async def over(self, run: UUID | None = None) -> bool:
        """Wait for the end of the run; False if it did not come in time."""
        give_up = time.monotonic() + PATIENCE
        while await self.active(run):
            if time.monotonic() > give_up:
                return False
            await asyncio.sleep(0.05)
        return True

    async def fetch(self, statement: str, *values: Any) -> list[Any]:
        """Rows of PostgreSQL."""
        async with DB.connection() as connection:
            return list(await connection.fetch(statement, *values))

    @property
    def titles(self) -> list[str]:
        """The titles of this trial's articles."""
        count = self.wanted
        return [
            f"Pour over coffee at home: a calm guide, part {n} of {count}" for n in range(count)
        ]

    async def until(self, holds: Callable[[], Awaitable[bool]], patience: float = PATIENCE) -> bool:
        """Wait until something holds; False if it did not in time."""
        give_up = time.monotonic() + patience
        while not await holds():
            if time.monotonic() > give_up:
                return False
            await asyncio.sleep(0.02)
        return True


Fault = Callable[[Trial], Awaitable[None]]


class Entry(msgspec.Struct, frozen=True):
    """A fault of the matrix: its number, its name, how it is injected.

    `begin` starts the run where it is not one of articles; `workers` are the words each worker is
    started with; `demo` asks for the demo provider, `environment` for settings of all processes,
    `proxied` for proxies between all processes and their servers, `hosted` for a network namespace
    for each worker; `within` is how soon items are to complete again, in seconds.
    """

    number: str
    name: str
    inject: Fault
    begin: Fault = Trial.begin
    workers: tuple[tuple[str, ...], tuple[str, ...]] = (PLAIN, PLAIN)
    demo: bool = False
    environment: dict[str, str] = {}
    proxied: bool = False
    hosted: bool = False
    within: float | None = None

    @property
    def story(self) -> str:
        """One line on what is done."""
        return " ".join((self.inject.__doc__ or "").split("\n\n")[0].split())


@contextlib.asynccontextmanager
async def workers(
    rig: Rig, *words: tuple[str, ...], places: Mapping[str, Pair | Host]
) -> AsyncIterator[dict[str, Supervisor]]:
    """Two supervised workers, started with these words, each in the place named after it."""
    async with contextlib.AsyncExitStack() as stack:
        crew = {}
        for name, each in zip(WORKERS, words, strict=True):
            environment = places[name].environment if name in places else {}
            supervised = rig.supervising("worker", *each, **environment)
            crew[name] = await stack.enter_async_context(supervised)
        await _both_at_work(crew)
        yield crew


async def _both_at_work(crew: dict[str, Supervisor]) -> None:
    """Wait until each worker says that it lives: who is killed is to have something in hand."""
    give_up = time.monotonic() + PATIENCE
    for name, supervisor in crew.items():
        while not await connections.state().keys(f"{ALIVE_KEY}*:{supervisor.pid('worker')}"):
            if time.monotonic() > give_up:
                raise RuntimeError(f"{name} did not start")
            await asyncio.sleep(0.02)
