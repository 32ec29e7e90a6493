"""A worker process: `python -m pipeline.worker text` or `images`.

It runs Dramatiq's worker itself rather than by Dramatiq's command line: no master process to lose,
and one signal handler that gives everything in flight back before it leaves.
"""

import logging
import os
import signal
import sys
import threading

from pipeline.settings import settings

KINDS = {"text": settings().text_threads, "images": settings().image_threads}
POOL_SIZE = 32
STOP_PATIENCE = 5_000
"""Milliseconds for threads to end after their work was given back."""

log = logging.getLogger("pipeline.worker")  # run as __main__


def main(kind: str) -> None:
    """Work until SIGTERM or SIGINT; raises SystemExit for an unknown kind."""
    if kind not in KINDS:
        raise SystemExit(f"unknown kind of worker {kind!r}: choose one of {', '.join(KINDS)}")
    # Dramatiq reads it when imported: more than threads would starve the other workers.
    os.environ["dramatiq_queue_prefetch"] = str(KINDS[kind])  # noqa: SIM112 - its spelling

    import asyncio  # noqa: PLC0415

    import uvloop  # noqa: PLC0415

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    from pipeline.logs import set_up_logs  # noqa: PLC0415
    from pipeline.working import Working  # noqa: PLC0415

    set_up_logs()
    working = Working(kind, KINDS[kind], POOL_SIZE)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    working.start()
    log.info("%s worker ready: up to %d in flight", kind, KINDS[kind])
    stop.wait()
    working.stop(STOP_PATIENCE)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m pipeline.worker text|images")
    main(sys.argv[1])
