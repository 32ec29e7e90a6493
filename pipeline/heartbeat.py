"""The pulse of a worker process: one thread that renews its slots and leases and brings bad news.

A thread with a Redis connection of its own, so that a busy event loop does not look like a dead
worker. In the same call it learns which claims were lost or cancelled and cancels their tasks.
Claims that Redis forgot (FLUSHALL) are taken back once the run is known again, so that calls in
flight need not be made twice.
"""

import asyncio
import contextlib
import logging
import os
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Literal

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from pipeline import queue, tally
from pipeline.connections import state
from pipeline.gate import Gate
from pipeline.settings import settings

log = logging.getLogger(__name__)

Reason = Literal["cancelled", "lost", "paused", "shutdown"]

BEATS_PER_LEASE = 4
LONGEST_PAUSE = 1.0
"""Seconds between beats at most: cancelled calls are to be closed within 3."""

ALIVE_KEY = "igny8:alive:"
ALIVE_SECONDS = 6
WORKERS_KEY = "igny8:workers"
"""Set of the alive keys there have been, so that nobody searches all keys for them."""


class Interrupted(Exception):
    """Work on a claim has to stop: the run was cancelled, the lease lost, or the worker stops.

    A pause stops only what has been prepared and not begun.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Guarded:
    """A claim under guard and the task that works on it."""

    def __init__(self, claim: queue.Claim, gate: Gate, task: "asyncio.Task[object]") -> None:
        self.claim, self.gate, self.task = claim, gate, task
        self.loop = task.get_loop()
        self.reason: Reason | None = None
        self.saving = False
        """The result is being saved: the lease lives on, and nothing interrupts."""
        self.over = False

    def interrupt(self, reason: Reason) -> None:
        """Cancel the task, from any thread; called with every beat until it has left the block,
        because libraries lose a cancellation now and then (asyncio.wait_for of Python 3.11).
        """
        self.loop.call_soon_threadsafe(self._cancel, reason)

    def _cancel(self, reason: Reason) -> None:
        """In the task's own loop: there it cannot have left the guarded block meanwhile."""
        if not self.saving and not self.over:
            self.reason = self.reason or reason
            self.task.cancel()


class Heartbeat(threading.Thread):
    """Starts beating when started; `stop` ends it."""

    def __init__(self, kind: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self.name_in_redis = f"{ALIVE_KEY}{kind}:{socket.gethostname()}:{os.getpid()}"
        self.threads = threads_of(kind)
        self.guarded: dict[str, Guarded] = {}
        self.turns: dict[str, queue.RunKey] = {}
        """Turns whose slot is kept alive, until it is lost or left."""
        self.asked: dict[str, tuple[queue.RunKey, list[int]]] = {}
        """Tokens that may have a claim of one of the stages, until it is guarded or refused: an
        item that computes may keep the answer from being read for longer than a lease."""
        self.stopping = threading.Event()
        self.shutting_down = False
        self.client = redis.Redis.from_url(
            settings().redis_url,
            socket_timeout=2.0,
            socket_connect_timeout=2.0,
            retry=Retry(NoBackoff(), 1),
        )
        self.renew, self.adopt = queue.for_heartbeat(self.client)

    @contextlib.contextmanager
    def guard(self, claim: queue.Claim, gate: Gate) -> Iterator[Guarded]:
        """Keep the claim's lease alive while the block runs; raises Interrupted out of it."""
        task = asyncio.current_task()
        assert task is not None
        mine = self.guarded[claim.token] = Guarded(claim, gate, task)
        self.asked.pop(claim.token, None)
        try:
            if self.shutting_down:
                raise Interrupted("shutdown")
            yield mine
        except asyncio.CancelledError:
            if mine.reason is None:
                raise
            while task.uncancel():
                pass
            raise Interrupted(mine.reason) from None
        finally:
            mine.over = True
            self.guarded.pop(claim.token, None)

    def interrupt_all(self) -> None:
        """The worker stops: give everything back."""
        self.shutting_down = True
        for guarded in list(self.guarded.values()):
            guarded.interrupt("shutdown")

    def run(self) -> None:
        pause = min(LONGEST_PAUSE, settings().lease_seconds / BEATS_PER_LEASE)
        while not self.stopping.wait(pause):
            try:
                self._beat()
                tally.write(self.client)
            except redis.RedisError as error:
                log.warning("leases could not be renewed: %s", error)
        with contextlib.suppress(redis.RedisError):
            tally.write(self.client)
            self.client.delete(self.name_in_redis)
        self.client.close()

    def _beat(self) -> None:
        pipeline = self.client.pipeline(transaction=False)
        pipeline.set(self.name_in_redis, self.threads, ex=ALIVE_SECONDS)
        pipeline.sadd(WORKERS_KEY, self.name_in_redis)
        pipeline.execute()
        turns: dict[queue.RunKey, list[str]] = defaultdict(list)
        groups: dict[queue.RunKey, list[Guarded]] = defaultdict(list)
        leases: dict[queue.RunKey, list[str | int]] = defaultdict(list)
        for turn, key in self.turns.copy().items():
            turns[key].append(turn)
        for token, (key, stages) in self.asked.copy().items():
            leases[key] += [x for stage in stages for x in (stage, token)]
        for guarded in self.guarded.copy().values():
            groups[guarded.claim.key].append(guarded)
            leases[guarded.claim.key] += [guarded.claim.stage, guarded.claim.token]
        for key in turns.keys() | leases.keys():
            self._renew(key, turns[key], leases[key], groups[key])

    def _renew(
        self,
        key: queue.RunKey,
        turns: list[str],
        leases: list[str | int],
        group: list[Guarded],
    ) -> None:
        lease = round(settings().lease_seconds * 1000)
        args = [lease, len(turns), *turns, *leases]
        status, *lost = self.renew(keys=[key.meta, key.events], args=args)
        if status is None:
            return  # Redis forgot the run; the keeper tells it again, then we take ours back
        tokens = {name.decode() for name in lost}
        for turn in turns:
            if turn in tokens:
                self.turns.pop(turn, None)
        for guarded in group:
            if status == b"paused" and guarded.gate.opened_at is None:
                guarded.interrupt("paused")
            if guarded.claim.token not in tokens or guarded.claim.token not in self.guarded:
                continue
            if status == b"cancelled":
                guarded.interrupt("cancelled")
            elif not self._take_back(key, guarded.claim, lease):
                guarded.interrupt("lost")

    def _take_back(self, key: queue.RunKey, claim: queue.Claim, lease: int) -> bool:
        items = [str(held.id) for held in claim.items]
        args: list[str | int] = [claim.stage, claim.token, lease, *items]
        return bool(self.adopt(keys=[key.meta, key.events], args=args))


def threads_of(kind: str) -> int:
    """How many bells a worker of this kind has in hand at most."""
    return settings().text_threads if kind == "text" else settings().image_threads


async def alive() -> dict[str, int]:
    """How many worker processes were heard within the last seconds, by kind."""
    counts = {"text": 0, "images": 0}
    for kind, _ in await _heard():
        counts[kind] = counts.get(kind, 0) + 1
    return counts


async def threads(kind: str) -> int:
    """How many bells all workers of a kind can have in hand; 0 where none was heard."""
    return sum(count for heard, count in await _heard() if heard == kind)


async def _heard() -> list[tuple[str, int]]:
    """Kind and threads of each worker that was heard within the last seconds."""
    names: list[Any] = sorted(await state().smembers(WORKERS_KEY))
    beats = await state().mget(names) if names else []
    heard = []
    for name, beat in zip(names, beats, strict=True):
        if beat is None:
            await state().srem(WORKERS_KEY, name)
        else:
            kind = name.decode().removeprefix(ALIVE_KEY).split(":", 1)[0]
            heard.append((kind, int(beat)))
    return heard


_mine: Heartbeat | None = None


def start(kind: str) -> Heartbeat:
    """Start the heartbeat of this process; `kind` is told to whoever asks which workers live."""
    global _mine
    _mine = Heartbeat(kind)
    _mine.start()
    return _mine


def mine() -> Heartbeat:
    """The heartbeat of this process. Raises RuntimeError where there is none."""
    if _mine is None:
        raise RuntimeError("this process has no heartbeat: only workers work")
    return _mine
