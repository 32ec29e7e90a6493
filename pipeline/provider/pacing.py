"""Leaving a service alone that asks for it (429), all processes together, by Redis.

    provider:<endpoint id>:pause   string with expiry: nobody asks before it is gone
    provider:<endpoint id>:pace    hash: calls a second that are tried, next free slot, last fall

A service that has refused a call is asked in line: each call takes the next slot of a rate that
falls with each refusal and grows while it holds calls back. Without refusals there is no line and
a call costs no round trip. Time is Redis's. Without Redis a process goes by its own refusals.
"""

import asyncio
import logging
import time
from collections import deque
from pathlib import Path
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from pipeline import connections
from pipeline.errors import AIProviderError, RetryLater, RunError
from pipeline.provider.client import endpoint as present_endpoint
from pipeline.provider.endpoint import Endpoint

log = logging.getLogger(__name__)

LINE_LIVES = 120.0
"""Seconds without a refusal or a wait until calls go out freely again."""

LONGEST_WAIT = 5.0
"""Seconds a call waits for its turn; beyond, its item is put back."""

READ_CACHE = 0.05
"""Seconds for which `cool_down` does not ask Redis again."""

_LUA = Path(__file__).parent.parent / "lua"
_THROTTLE, _TURN, _STATE = (
    (_LUA / f"provider_{name}.lua").read_text() for name in ("throttle", "turn", "state")
)


class _Seen:
    """What this process knows of an endpoint; times are monotonic."""

    def __init__(self) -> None:
        self.read_at = -1.0
        self.free_at = 0.0
        self.in_line = False
        self.answered: deque[float] = deque(maxlen=2000)


_seen: dict[str, _Seen] = {}


def forget() -> None:
    """Forget what this process knows (what Redis knows stays)."""
    _seen.clear()


def _mine(endpoint: Endpoint) -> _Seen:
    return _seen.setdefault(endpoint.id, _Seen())


async def _run(endpoint: Endpoint, script: str, *arguments: Any) -> Any:
    """What a script returns; None without Redis."""
    try:
        client: redis.asyncio.Redis = connections.state()
    except RuntimeError:  # a command that opens no connections, such as a probe
        return None
    names = [f"provider:{endpoint.id}:{what}" for what in ("pause", "pace")]
    try:
        return await client.eval(script, 2, *names, *arguments)
    except (RedisError, OSError) as error:
        log.warning("the pace of %s cannot be shared: %s", endpoint.host, error)
        return None


async def refused(endpoint: Endpoint, error: RetryLater) -> None:
    """Note a refusal: nobody asks for `error.delay` seconds, and then in line."""
    mine, now = _mine(endpoint), time.monotonic()
    mine.in_line, mine.read_at = True, now
    mine.free_at = max(mine.free_at, now + error.delay)
    lately = sum(1 for moment in mine.answered if now - moment < 1.0)
    pause, life = int(error.delay * 1000), int(LINE_LIVES * 1000)
    await _run(endpoint, _THROTTLE, pause, max(1, lately), life)


def answered(endpoint: Endpoint) -> None:
    """Note that a call was not refused."""
    _mine(endpoint).answered.append(time.monotonic())


async def turn(endpoint: Endpoint) -> None:
    """Wait for one's turn, where calls go in line.

    Raises RetryLater, which does not count as an attempt, when the line is too long.
    """
    mine = _mine(endpoint)
    if not mine.in_line:
        return
    longest, life = int(LONGEST_WAIT * 1000), int(LINE_LIVES * 1000)
    wait = await _run(endpoint, _TURN, longest, life)
    if wait is None:
        return
    if wait < 0:
        mine.in_line = False
    elif wait > longest:
        cause = AIProviderError(f"{endpoint.host} takes no more calls at present (answered 429)")
        raise RetryLater(cause, wait / 1000, counts=False)
    else:
        await asyncio.sleep(wait / 1000)


def is_resting() -> bool:
    """Whether this process knows that calls have to wait; asks nobody."""
    try:
        mine = _mine(present_endpoint())
    except RunError:
        return False  # none is set: the work will say so
    return mine.in_line or mine.free_at > time.monotonic()


async def cool_down() -> float:
    """Seconds until the endpoint of the settings may be asked again, 0 when it may be now.

    At most one round trip to Redis, often none. Raises AIAuthError when no endpoint is set.
    """
    endpoint = present_endpoint()
    mine, now = _mine(endpoint), time.monotonic()
    if mine.free_at <= now and now - mine.read_at >= READ_CACHE:
        found = await _run(endpoint, _STATE)
        mine.read_at = now
        if found is not None:
            pause, line, is_line = found
            mine.in_line = bool(is_line)
            mine.free_at = now + max(pause / 1000, line / 1000 - LONGEST_WAIT)
    return max(0.0, mine.free_at - now)
