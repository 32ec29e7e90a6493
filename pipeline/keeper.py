"""Mends what crashes leave behind. Any number may run; one at a time is at work.

Every second, for each run that is active or has just ended:
- Redis does not know it, or knows an older status → told anew from PostgreSQL; it knows a newer one
  → PostgreSQL went back to a backup: forgotten and told anew;
- leases that ran out → their items are pending again, also in a run that failed. The danger: after
  an outage of Redis every lease looks run out, so nothing is reaped until Redis has been up, and
  this process in touch with it, for a whole lease;
- due items, free concurrency, and nobody claims → ring;
- nothing open and yet not ended → ask a worker to advance it;
- every tenth time, items that Redis lost or has elsewhere than PostgreSQL (`comparing.py`).
Each rescue is logged and counted under `igny8:rescues`; a rescue is never silent.
"""

import asyncio
import logging
import signal
import time
import uuid
from typing import Any

from redis.exceptions import RedisError

from db.engine import TRANSIENT
from db.status import ACTIVE_RUN, RunStatus, StageStatus
from piccolo_conf import DB
from pipeline import broker, queue, reopening
from pipeline.comparing import mend_ended, mend_running
from pipeline.connections import close_all, open_all, refuse_evicting, state
from pipeline.logs import set_up_logs
from pipeline.queue import RunKey
from pipeline.rebuild import rebuild, renew_if_ahead
from pipeline.run import KEEP_SECONDS
from pipeline.settings import BadSetting, settings

log = logging.getLogger("pipeline.keeper")  # run as __main__

PAUSE = 1.0
LEADER_KEY = "igny8:keeper"
LEADER_SECONDS = 4
RESCUES_KEY = "igny8:rescues"
QUIET = 1.0
"""Seconds without a claim after which due items get a bell."""
DEAF = 5.0
"""Seconds without a claim after which they get one although bells are waiting."""
FILL_PATIENCE = 10.0
"""Seconds an opening may take to enter its items before the keeper does it."""
JUST_ENDED = 15.0
"""Seconds after its end that a run is looked at in every tick."""
LATELY_ENDED = 600.0
"""Seconds after its end that it is looked at with every comparison."""
COMPARE_EVERY = 10
"""Ticks between comparisons of what the items are in PostgreSQL and in Redis."""

PRUNE_EVERY = 3600
"""Ticks between removals of answers that no attempt will ask for any more."""
PRUNE = """
    with answers as (delete from answer_cache where created_at < now() - interval '30 days')
    delete from embedding where created_at < now() - interval '180 days'
"""

ACTIVE = """
    select r.id, r.account_id, r.status, r.version, r.concurrency, r.first_stage, r.last_stage,
           jsonb_object_agg(s.stage, s.status) as stages,
           extract(epoch from now() - max(s.opened_at))::float as since_opening
    from automation_run r join run_stage s on s.run_id = r.id
    where r.status in ('running', 'paused') or r.ended_at > now() - make_interval(secs => $1)
    group by r.id
"""


class Keeper:
    """The state of one keeper process between ticks."""

    def __init__(self) -> None:
        self.token = uuid.uuid4().hex
        self.in_touch_since: float | None = None
        self.answered = 0.0
        self.server: bytes | None = None
        self.ticks = 0
        self.advance_rung: dict[RunKey, float] = {}

    async def tick(self) -> None:
        """Look at every run once, if this keeper leads."""
        self.ticks += 1
        try:
            if not await self._leads():
                return
            await self._touch()
            async with DB.connection() as connection:
                comparing = self.ticks % COMPARE_EVERY == 0
                rows = await connection.fetch(ACTIVE, LATELY_ENDED if comparing else JUST_ENDED)
                if self.ticks % PRUNE_EVERY == 0:
                    await connection.execute(PRUNE)
            waiting = await asyncio.to_thread(broker.waiting, "text", "images")
            for row in rows:
                await self._tend(row, waiting)
        except (RedisError, *TRANSIENT) as error:
            self.in_touch_since = None
            log.warning("the keeper cannot see everything: %s", error)
        except Exception:  # whoever mends the others must not die of a bug
            self.in_touch_since = None
            log.exception("the keeper could not look after the runs")

    async def _leads(self) -> bool:
        client = state()
        if await client.set(LEADER_KEY, self.token, nx=True, ex=LEADER_SECONDS):
            return True
        if await client.get(LEADER_KEY) != self.token.encode():
            return False
        return bool(await client.expire(LEADER_KEY, LEADER_SECONDS))

    async def _touch(self) -> None:
        """Note how long Redis has been up and in touch; a restarted server counts anew."""
        info = await state().info("server")
        server = str(info["run_id"]).encode()
        if server != self.server:
            self.server, self.in_touch_since = server, None
        self._note_answer()

    def _note_answer(self) -> None:
        """A long wait for an answer is an outage, too: our client tries again for seconds."""
        now = time.monotonic()
        if self.in_touch_since is None or now - self.answered > self._patience():
            self.in_touch_since = now
        self.answered = now

    def _patience(self) -> float:
        return max(2 * PAUSE, settings().lease_seconds / 2)

    def _may_reap(self) -> bool:
        since = self.in_touch_since
        return since is not None and time.monotonic() - since > settings().lease_seconds

    async def _tend(self, row: Any, waiting: dict[str, int]) -> None:
        key = RunKey(row["account_id"], row["id"])
        look = await queue.look(key)
        self._note_answer()
        active = row["status"] in ACTIVE_RUN
        if look is None:  # of a cancelled run, too: its workers may still be at work
            told = active or row["status"] == RunStatus.CANCELLED
            if told and await rebuild(key):
                await _rescued("rebuilt", key)
            return
        if look.version < row["version"]:
            await self._retell(key, row)
            await _rescued("retold", key)
            return
        if (look.version, look.status) != (row["version"], row["status"]):
            if await renew_if_ahead(key, look):
                await _rescued("gone back", key)
            return  # or it has just changed: the next tick sees it
        if not active:
            if self.ticks % COMPARE_EVERY == 0:
                await self._settle(key, row["version"])
            return
        if self._may_reap():
            await self._reap(key)
        if look.status == RunStatus.RUNNING:
            await self._ring(key, look, waiting)
            await self._repair(key, look, row)

    async def _settle(self, key: RunKey, version: int) -> None:
        """An ended run: what ended is where it ended; what waits for a Resume is not held."""
        if moved := await mend_ended(key, version):
            await _rescued("restored", key, moved)
        if self._may_reap() and await self._reap(key):
            await queue.expire(key, KEEP_SECONDS)  # sets that were empty until now, too

    async def _reap(self, key: RunKey) -> int:
        """PostgreSQL hears it first, so that it never says processing of what is pending."""
        until, stages = await queue.overdue(key)
        for stage, items in stages.items():
            await reopening.put_back(key.run, stage, items)
        moved = await queue.reap(key, until=until) if until else 0
        if moved:
            await _rescued("lease", key, moved)
        return moved

    async def _retell(self, key: RunKey, row: Any) -> None:
        if row["status"] == RunStatus.CANCELLED:
            await queue.cancel(key, row["version"])
        elif row["status"] in ACTIVE_RUN:
            await queue.expire(key, None)
        await queue.sync(
            key,
            status=RunStatus(row["status"]),
            version=row["version"],
            concurrency=row["concurrency"],
            first=row["first_stage"],
            last=row["last_stage"],
        )

    async def _ring(self, key: RunKey, look: queue.Look, waiting: dict[str, int]) -> None:
        free = look.free
        for stage in look.stages:
            heard = waiting[broker.QUEUES[stage.stage]] == 0
            if stage.due and free > 0 and look.idle > (QUIET if heard else DEAF):
                bells = min(stage.due, free)
                free -= bells
                await broker.ring(stage.stage, key.account, key.run, bells)
                await _rescued("bell", key, bells)

    async def _repair(self, key: RunKey, look: queue.Look, row: Any) -> None:
        known = {s.stage: s for s in look.stages}
        stored = {int(n): StageStatus(s) for n, s in row["stages"].items()}
        for n, status in stored.items():
            late = (row["since_opening"] or 0.0) > FILL_PATIENCE
            if status == StageStatus.OPEN and known[n].status == StageStatus.WAITING and late:
                await rebuild(key)
                await _rescued("filled", key)
        if not any(s.open for s in look.stages):
            rung = self.advance_rung.get(key, 0.0)
            if time.monotonic() - rung > 2 * PAUSE:
                self.advance_rung[key] = time.monotonic()
                await broker.ring_advance(key.account, key.run)
        if self.ticks % COMPARE_EVERY == 0:
            cause, moved = await mend_running(
                key, [n for n, status in stored.items() if status == StageStatus.OPEN]
            )
            if moved:
                await _rescued(cause, key, moved)


async def _rescued(cause: str, key: RunKey, count: int = 1) -> None:
    log.warning("rescue: %s, %d in run %s", cause, count, key.run)
    await state().hincrby(RESCUES_KEY, cause, count)


async def keep() -> None:
    """Tick until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await open_all(pool_size=2)
    await refuse_evicting()
    keeper = Keeper()
    log.info("the keeper is at work")
    while not stop.is_set():
        await keeper.tick()
        try:
            await asyncio.wait_for(stop.wait(), PAUSE)
        except TimeoutError:
            continue
    await close_all()


if __name__ == "__main__":
    set_up_logs()
    try:
        asyncio.run(keep())
    except BadSetting as error:
        raise SystemExit(str(error)) from None
