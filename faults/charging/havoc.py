"""What is done to the system all the while: processes killed, connections cut, bells doubled.

Every choice comes from one seed a kind of harm. When each harm meets which work is left to the
machine, so a seed repeats the plan and not the history.
"""

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import dramatiq

from bench.rig import OURS, Rig
from faults.watching import AWAY
from piccolo_conf import DB
from pipeline import connections
from pipeline.broker import broker
from pipeline.heartbeat import ALIVE_KEY
from pipeline.local.supervisor import Supervisor

CREW = {"worker": 4, "images": 2, "keeper": 2}
"""How many processes of each kind are kept running."""

GROWN = 8.0
"""Seconds at work before a process may be killed. A keeper takes leases back after the time of one:
where none lived so long, as on a busy machine, runs would not end and nothing were proved."""

HEARD_AS = {"worker": "text", "images": "images"}
"""The kind of worker that each kind of process says it is."""

NAME = "under-fire"
"""What the connections of these processes are called; the runner's own are left alone."""

ACTIVE = """
    select pid from pg_stat_activity where application_name = $1 and state is distinct from 'idle'
    union all
    (select pid from pg_stat_activity where application_name = $1 and state = 'idle' limit 8)"""


@contextlib.asynccontextmanager
async def crew(rig: Rig) -> AsyncIterator[Supervisor]:
    """The processes of `CREW` in place of the rig's own, under the supervisor of `igny8 up`."""
    rig.stop(*(name for name in OURS if name in rig.processes))
    supervisor = Supervisor(dict(os.environ), _log_to(rig))
    for kind, count in CREW.items():
        for n in range(1, count + 1):
            supervisor.add(f"{kind}-{n}", [sys.executable, *OURS[kind][0]])

    async def turn() -> None:
        while True:
            supervisor.turn(0)
            await asyncio.sleep(0.05)

    turning = asyncio.create_task(turn())
    try:
        for kind in CREW:
            await rig.at_work(kind)
        yield supervisor
    finally:
        turning.cancel()
        supervisor.stop()


def _log_to(rig: Rig) -> Any:
    def say(name: str, line: str) -> None:
        with (rig.folder / "crew.log").open("a") as log:
            log.write(f"{name} {line}\n")

    return say


class Havoc:
    """Harm of every kind until it is stopped; `done` counts it."""

    def __init__(self, supervisor: Supervisor, seed: str) -> None:
        self.supervisor, self.seed, self.echo = supervisor, seed, Echo()
        self.done: Counter[str] = Counter()
        self.since: dict[int, float] = {}

    @contextlib.asynccontextmanager
    async def raging(self) -> AsyncIterator[None]:
        """Harm the system while the block runs."""
        harms = (self._kill, self._cut_postgres, self._cut_redis, self._double)
        tasks = [asyncio.create_task(self._keep_on(harm)) for harm in harms]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            found = await asyncio.gather(*tasks, return_exceptions=True)
        for one in found:
            if isinstance(one, Exception):
                raise one

    async def _keep_on(self, harm: Any) -> None:
        chance = random.Random(f"{self.seed}/{harm.__name__}")
        while True:
            await asyncio.sleep(chance.uniform(0.2, 2.0))
            with contextlib.suppress(*AWAY):
                await harm(chance)

    async def _kill(self, chance: random.Random) -> None:
        """kill -9 of one process that has worked for a while: a worker, now and then a keeper."""
        pids = {name: self.supervisor.pid(name) for name in self.supervisor.names()}
        running = {pid: name.split("-")[0] for name, pid in pids.items() if pid is not None}
        for pid, kind in running.items():
            if pid not in self.since and await _is_at_work(kind, pid):
                self.since[pid] = time.monotonic()
        now = time.monotonic()
        ripe = [pid for pid in running if now - self.since.get(pid, now) > GROWN]
        if ripe:
            pid = chance.choice(ripe)
            os.kill(pid, signal.SIGKILL)
            self.done[f"{running[pid]} killed"] += 1

    async def _cut_postgres(self, chance: random.Random) -> None:
        """pg_terminate_backend of a share of the connections, those in a statement among them."""
        async with DB.connection() as connection:
            pids = [row["pid"] for row in await connection.fetch(ACTIVE, NAME)]
            chosen = [pid for pid in pids if chance.random() < 0.3]
            for pid in chosen:
                await connection.execute("select pg_terminate_backend($1)", pid)
        self.done["connections to PostgreSQL cut"] += len(chosen)

    async def _cut_redis(self, chance: random.Random) -> None:
        """CLIENT KILL of a share of the connections."""
        clients: Any = await connections.state().client_list()
        ours = [one["id"] for one in clients if one["name"] == NAME]
        for number in (one for one in ours if chance.random() < 0.1):
            self.done["connections to Redis cut"] += int(
                await connections.state().client_kill_filter(_id=number)
            )

    async def _double(self, chance: random.Random) -> None:
        """Every bell that waits or was fetched and not yet answered is delivered once more."""
        self.done["bells doubled"] += await asyncio.to_thread(self.echo.sound)


async def _is_at_work(kind: str, pid: int) -> bool:
    """Whether a process has started: a worker has been heard; of a keeper nobody is told."""
    if kind not in HEARD_AS:
        return True
    name = f"{ALIVE_KEY}{HEARD_AS[kind]}:{socket.gethostname()}:{pid}"
    return bool(await connections.state().exists(name))


class Echo:
    """Delivers every bell once more: what the broker knows, waiting or fetched and not answered."""

    def __init__(self) -> None:
        self.known: set[str] = set()

    def sound(self) -> int:
        """Enqueue a copy of each bell not met before; how many they were."""
        broker.aim()
        copies = 0
        met: set[str] = set()
        for queue in sorted(broker.queues):
            kept: Any = broker.client.hvals(f"{broker.namespace}:{queue}.msgs")
            for data in kept:
                message: dramatiq.Message[Any] = dramatiq.Message.decode(data)
                met.add(message.message_id)
                if message.message_id not in self.known:
                    broker.enqueue(message)  # with the same id, as a redelivery has
                    copies += 1
        self.known = met
        return copies
