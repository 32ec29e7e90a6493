"""A broker that delivers each message twice, late and out of order.

`python -m faults.shims.bells KIND` is a worker with it; `unruly()` is it in this process.
"""

import contextlib
import os
import random
import sys
import threading
from collections.abc import Iterator
from typing import Any

TWICE = 2
LATEST = 2.0
"""Seconds that a message is held back at most."""


def make_unruly(broker: Any) -> None:
    """Send each message of this process twice, each at a moment left to chance.

    Those that are due later overtake the others; what a process that ends still holds is lost.
    """
    enqueue = broker.enqueue

    def later(message: Any, *, delay: int | None = None) -> Any:
        for _ in range(TWICE):
            seconds = random.choice((0.0, random.uniform(0, LATEST)))
            timer = threading.Timer(seconds, enqueue, (message,), {"delay": delay})
            timer.daemon = True
            timer.start()
        return message

    broker.enqueue = later


@contextlib.contextmanager
def unruly() -> Iterator[None]:
    """This process's broker as such a one while the block runs."""
    from pipeline.broker import broker  # noqa: PLC0415 - a worker sets its prefetch before

    make_unruly(broker)
    try:
        yield
    finally:
        del broker.enqueue


if __name__ == "__main__":
    from pipeline import worker

    os.environ["dramatiq_queue_prefetch"] = str(worker.KINDS[sys.argv[1]])  # noqa: SIM112
    from pipeline.broker import broker

    make_unruly(broker)
    worker.main(sys.argv[1])
