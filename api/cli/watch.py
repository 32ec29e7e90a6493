"""Watching a run from the terminal until it has ended, and Ctrl-C on the way.

The first Ctrl-C cancels the run and waits for the receipt; the second leaves at once. The cancel
is a stored fact: what runs elsewhere obeys it even when this process is gone.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar
from uuid import UUID

from api.cli.display import Display
from db.status import ACTIVE_RUN
from pipeline import connections, controls, progress, receipts
from pipeline.words import plural

T = TypeVar("T")

LOOK_EVERY = 0.25
"""Seconds between two looks at the run."""

AWAY = 60.0
"""Seconds to go on looking while PostgreSQL or Redis does not answer: both restart sooner."""

SETTLE = 10.0
"""Seconds the calls in flight may take to close after a cancel before we stop waiting."""


class Left(Exception):
    """Ctrl-C was pressed twice."""


async def look(account_id: UUID, run_id: UUID) -> progress.Progress:
    """The run's progress. Raises UnknownRun."""
    now = await progress.read(account_id, run_id)
    if now is None:
        raise controls.UnknownRun(f"There is no run {run_id} in this account.")
    return now


@asynccontextmanager
async def ctrl_c() -> AsyncIterator[asyncio.Event]:
    """An event that Ctrl-C sets; a second Ctrl-C raises Left in the body."""
    loop, task, pressed = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()
    assert task is not None
    left = False

    def press() -> None:
        nonlocal left
        if pressed.is_set():
            left = True
            task.cancel()
        pressed.set()

    loop.add_signal_handler(signal.SIGINT, press)
    try:
        yield pressed
    except asyncio.CancelledError:
        if left:
            raise Left from None
        raise
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def watch(account_id: UUID, run_id: UUID, display: Display) -> progress.Progress:
    """Show the run until it has ended; its last state. Raises Left after two Ctrl-C."""
    async with ctrl_c() as pressed:
        with display:
            while True:
                now = await _patiently(lambda: look(account_id, run_id), display)
                display.show(now)
                if now.status not in ACTIVE_RUN:
                    return now
                if await _within(pressed, LOOK_EVERY):
                    return await _cancel(account_id, run_id, display)


async def _patiently(call: Callable[[], Awaitable[T]], display: Display) -> T:
    """The call's outcome, made again while PostgreSQL or Redis is away for at most AWAY."""
    clock, give_up = asyncio.get_running_loop().time, None
    while True:
        try:
            return await call()
        except connections.UNREACHABLE:
            if give_up is None:
                give_up = clock() + AWAY
                display.say("PostgreSQL or Redis does not answer; waiting for it …")
            elif clock() > give_up:
                raise
            await asyncio.sleep(LOOK_EVERY)


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False


async def _cancel(account_id: UUID, run_id: UUID, display: Display) -> progress.Progress:
    display.say("Cancelling the run; press Ctrl-C again to leave at once …")
    try:
        receipt = await _patiently(lambda: controls.cancel(account_id, run_id), display)
    except controls.IllegalMove as error:  # it ended in this very moment
        display.say(str(error))
    else:
        display.say(receipt_words(receipt))
    return await _settled(account_id, run_id, display)


async def _settled(account_id: UUID, run_id: UUID, display: Display) -> progress.Progress:
    give_up = asyncio.get_running_loop().time() + SETTLE
    while True:
        now = await _patiently(lambda: look(account_id, run_id), display)
        display.show(now)
        in_flight = sum(stage.processing for stage in now.stages)
        if not in_flight or asyncio.get_running_loop().time() > give_up:
            return now
        await asyncio.sleep(LOOK_EVERY)


def receipt_words(receipt: receipts.Cancelled) -> str:
    """What a cancel stopped, kept and gave back."""
    stopped, kept = sum(receipt.cancelled.values()), sum(receipt.completed.values())
    return (
        f"Cancelled: {plural(stopped, 'item')} stopped, {plural(kept, 'item')} done before are"
        f" kept, {plural(receipt.released, 'credit')} given back."
    )
