"""The doorbell: Dramatiq's Redis broker, awake at once, with our middleware in order.

A message says "there is work in run R, stage S", never which item, so lost, doubled, late and
reordered messages are harmless; hence Dramatiq's own retries are off. The broker lives in the
database after the one of REDIS_URL: its maintenance scans keys, and ours would slow it down.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import dramatiq
import redis
from dramatiq.asyncio import EventLoopThread, get_event_loop_thread, set_event_loop_thread
from dramatiq.brokers.redis import RedisBroker, _RedisConsumer
from dramatiq.middleware import AsyncIO, CurrentMessage, Middleware, Retries
from redis.backoff import ExponentialWithJitterBackoff
from redis.connection import parse_url
from redis.retry import Retry

from pipeline import heartbeat
from pipeline.messages import FUNCTIONS
from pipeline.settings import settings

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 320
"""More than threads of a worker: with fewer, acknowledging stalls for 5 s at a time."""

POLL_SECONDS = 1.0
"""How long a consumer waits for a publish before it looks for itself, in case one was lost."""

QUEUES = dict.fromkeys(FUNCTIONS, "text") | {6: "images"}
"""The queue of each stage's bells."""


class WakingConsumer(_RedisConsumer):
    """Waits for a publish instead of sleeping between polls; polls once a second all the same."""

    def __init__(self, broker: "WakingBroker", queue: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue, prefetch, 0)  # 0: the parent never sleeps
        self.awake = broker.wakers.setdefault(queue, threading.Event())

    def __next__(self) -> Any:
        self.awake.clear()  # before the fetch, so that no waking is lost
        message = super().__next__()
        if message is None:
            self.awake.wait(POLL_SECONDS)
        return message

    def ack(self, message: Any) -> None:
        try:
            super().ack(message)
        finally:
            self.awake.set()  # a slot is free: fetch at once

    def nack(self, message: Any) -> None:
        try:
            super().nack(message)
        finally:
            self.awake.set()


class WakingBroker(RedisBroker):
    """A RedisBroker that publishes at each enqueue and connects when first used."""

    def __init__(self, middleware: list[Middleware]) -> None:
        self.wakers: dict[str, threading.Event] = {}
        self.heard: dict[tuple[str, str], float] = {}
        """When a bell of a run was last sent to a queue, unless this process has had it since."""
        self.aimed = False
        # Many retries: a message sent twice costs nothing, one that a consumer orphans costs time.
        retry = Retry(ExponentialWithJitterBackoff(base=0.01, cap=1), 30)
        pool = redis.ConnectionPool(max_connections=MAX_CONNECTIONS, socket_timeout=10, retry=retry)
        super().__init__(
            client=redis.Redis(connection_pool=pool),
            middleware=middleware,
            namespace="{dramatiq}",  # one slot in a cluster
            heartbeat_timeout=30_000,
            maintenance_chance=1_000_000,
            dead_message_ttl=86_400_000,
        )

    def aim(self) -> None:
        """Point the connection pool at the server that the settings name."""
        if not self.aimed:
            options = parse_url(settings().redis_url)
            options["db"] = int(options.get("db", 0)) + 1
            pool = self.client.connection_pool
            pool.connection_class = options.pop("connection_class", pool.connection_class)
            pool.connection_kwargs.update(options)
            self.aimed = True

    @property
    def consumer_class(self) -> type[WakingConsumer]:
        return WakingConsumer

    def _dispatch(self, command: str) -> Callable[..., Any]:
        self.aim()
        dispatch: Callable[..., Any] = super()._dispatch(command)
        return dispatch

    def enqueue(self, message: Any, *, delay: int | None = None) -> Any:
        """Enqueue, then wake whoever consumes the queue, saying which run the bell is for."""
        sent = super().enqueue(message, delay=delay)
        told = " ".join((message.queue_name, *message.args[-1:]))
        try:
            self.client.publish(f"{self.namespace}:wake", told)
        except redis.RedisError as error:
            queue = message.queue_name
            log.warning("nobody was woken for queue %s (found by polling): %s", queue, error)
        return sent


class Waker(Middleware):
    """One thread a worker that turns publishes into wakings."""

    def after_worker_boot(self, broker: Any, worker: Any) -> None:
        self.stopping = False
        threading.Thread(target=self._run, args=(broker,), daemon=True, name="waker").start()

    def before_worker_shutdown(self, broker: Any, worker: Any) -> None:
        self.stopping = True
        for event in broker.wakers.values():
            event.set()

    def _run(self, broker: WakingBroker) -> None:
        while not self.stopping:
            try:
                self._listen(broker)
            except redis.RedisError as error:
                log.warning("waking by publish is interrupted: %s", error)
                threading.Event().wait(0.5)

    def _listen(self, broker: WakingBroker) -> None:
        with broker.client.pubsub(ignore_subscribe_messages=True) as subscription:
            subscription.subscribe(f"{broker.namespace}:wake")
            for event in list(broker.wakers.values()):
                event.set()  # what was published while nobody listened
            while not self.stopping:
                message = subscription.get_message(timeout=2.0)
                if message is None:
                    continue
                queue, _, run = message["data"].decode().partition(" ")
                if run:
                    broker.heard[queue, run] = time.monotonic()
                if waker := broker.wakers.get(queue):
                    waker.set()


class Taken(Middleware):
    """Notes that a bell does not wait for a thread any more."""

    def before_process_message(self, broker: Any, message: Any) -> None:
        broker.heard.pop((message.queue_name, *message.args[-1:]), None)


class Loop(AsyncIO):
    """The event loop of async actors: a daemon, or a second signal would leave a zombie; its
    waiting threads look for interrupts once a second, not ten times (125 % CPU at 1,024)."""

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        thread = EventLoopThread(self.logger, interrupt_check_ival=1.0)
        thread.daemon = True
        thread.start(timeout=5.0)
        set_event_loop_thread(thread)


broker = WakingBroker(
    middleware=[
        Retries(max_retries=0),  # only a net: actors return normally, whatever happens
        CurrentMessage(),
        Loop(),  # before whatever needs the loop
        Waker(),
        Taken(),
    ]
)
dramatiq.set_broker(broker)
for _queue in sorted(set(QUEUES.values())):
    broker.declare_queue(_queue)


def waiting(*queues: str) -> dict[str, int]:
    """How many bells each queue holds that no worker has fetched."""
    broker.aim()
    return {name: broker.client.llen(f"{broker.namespace}:{name}") for name in queues}


def runs_waiting(kind: str) -> set[UUID]:
    """Runs that sent a bell within the time of a turn which this process has not had yet."""
    lately = time.monotonic() - settings().turn_seconds
    for place, moment in list(broker.heard.items()):
        if moment < lately:
            broker.heard.pop(place, None)
    return {UUID(run) for queue, run in list(broker.heard) if queue == kind}


def on_loop(coroutine: Any) -> Any:
    """Run a coroutine on the workers' event loop and wait for it."""
    thread = get_event_loop_thread()
    assert thread is not None
    return thread.run_coroutine(coroutine)


async def ring(stage: int, account: UUID, run: UUID, count: int = 1) -> None:
    """Ring `count` bells for a stage. Failing is not an error: the keeper rings again.

    No more than there are threads to answer them: they would stand in the way of other runs.
    """
    if count > 1:
        count = min(count, await heartbeat.threads(QUEUES[stage]) or count)
    if count > 0:
        await asyncio.to_thread(_send, QUEUES[stage], FUNCTIONS[stage], account, run, count)


async def ring_advance(account: UUID, run: UUID) -> None:
    """Ask a worker to look at the run as a whole: open or close its stages."""
    await asyncio.to_thread(_send, "text", "advance_run", account, run, 1)


def _send(queue: str, actor: str, account: UUID, run: UUID, count: int) -> None:
    try:
        for _ in range(count):
            broker.enqueue(
                dramatiq.Message(
                    queue_name=queue,
                    actor_name=actor,
                    args=(str(account), str(run)),
                    kwargs={},
                    options={},
                )
            )
    except redis.RedisError as error:
        log.warning("a bell for %s was not sent: %s", actor, error)
