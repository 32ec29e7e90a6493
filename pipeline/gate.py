"""The gate before the AI service: work may be prepared ahead of time, but calls wait for a slot.

A turn prepares the next item while a call is in flight, so that the service does not wait for
Redis and PostgreSQL between two calls. What makes a call passes the gate first; it opens when a
call has ended and its slot is free.
"""

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar


class Gate:
    """Closed until `open`; `opened_at` is monotonic, in seconds."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._then: Callable[[], None] | None = None
        self.opened_at: float | None = None

    def open(self) -> None:
        """Let the work through, for good."""
        self.opened_at = time.monotonic()
        self._event.set()
        if self._then is not None:
            self._then()

    async def passed(self) -> None:
        """Wait until it is open."""
        await self._event.wait()

    def when_open(self, then: Callable[[], None] | None) -> None:
        """Call `then` at the opening, or now if it is open; None calls nothing any more."""
        self._then = then
        if then is not None and self._event.is_set():
            then()

    def seconds(self) -> float:
        """Seconds since the opening; 0 before it."""
        return 0.0 if self.opened_at is None else time.monotonic() - self.opened_at


of_this_work: ContextVar[Gate | None] = ContextVar("gate", default=None)
"""The gate of the item that the current task works on; None where nobody counts calls."""


async def passed() -> None:
    """Wait until the present work may call the AI service."""
    gate = of_this_work.get()
    if gate is not None:
        await gate.passed()
