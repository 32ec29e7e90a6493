"""What a worker process holds while it works: loop, connections, heartbeat, reporter, worker."""

import asyncio
from typing import Any

from dramatiq.asyncio import get_event_loop_thread
from dramatiq.middleware import Middleware
from dramatiq.worker import Worker

from pipeline import chain, heartbeat, isolation, language, provider, reporter
from pipeline.broker import Loop, broker, on_loop
from pipeline.connections import close_all, open_all, refuse_evicting
from pipeline.settings import BadSetting

IDLE_WAKING = 2_000
"""Milliseconds after which an idle thread looks whether it is to stop: a look costs a little CPU
in each of many threads, and a stop takes as long."""

STAGES = chain.CHAIN
"""Importing the chain declares its actors; a worker without them would refuse every bell."""


class Resources(Middleware):  # type: ignore[misc]
    """Opens what the actors need once the loop runs, and closes it before the loop ends."""

    def __init__(self, pool_size: int) -> None:
        self.pool_size = pool_size

    def before_worker_boot(self, broker: Any, worker: Any) -> None:
        try:
            on_loop(self._open())
        except BadSetting as error:
            raise SystemExit(str(error)) from None
        except Exception as error:  # Dramatiq would log it and go on, without what was not opened
            raise SystemExit(f"The worker cannot start: {error!r}") from error

    def after_worker_shutdown(self, broker: Any, worker: Any) -> None:
        on_loop(self._close())

    async def _open(self) -> None:
        await open_all(self.pool_size)
        await refuse_evicting()
        await provider.open_client()
        self.flushing = asyncio.create_task(reporter.keep_flushing())
        self.warming = asyncio.create_task(_warm_up())

    async def _close(self) -> None:
        self.warming.cancel()
        self.flushing.cancel()
        await reporter.flush()
        await provider.close_client()
        await close_all()


async def _warm_up() -> None:
    """Load, beside the first bells, what an item would wait for."""
    await isolation.warm_up()
    await language.load()


class Working:
    """A worker of one kind with `threads` bells in hand at most."""

    def __init__(self, kind: str, threads: int, pool_size: int) -> None:
        self.kind = kind
        broker.add_middleware(Resources(pool_size), after=Loop)
        self.worker = Worker(
            broker, queues={kind}, worker_timeout=IDLE_WAKING, worker_threads=threads
        )

    def start(self) -> None:
        """Start the heartbeat, then answer bells."""
        self.heartbeat = heartbeat.start(self.kind)
        self.worker.start()

    def stop(self, patience: int) -> None:
        """Give back what is in flight, then end within about `patience` milliseconds."""
        loop = get_event_loop_thread()
        assert loop is not None
        self.heartbeat.interrupt_all()
        self.worker.stop(timeout=patience)
        self.heartbeat.stopping.set()
        self.heartbeat.join(3.0)
