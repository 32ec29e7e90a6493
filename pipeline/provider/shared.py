"""What all processes know together about an endpoint, in Redis.

    provider:<endpoint id>:pause          string with expiry: nobody asks before it is gone
    provider:<endpoint id>:knows:<model>  JSON of Known: what this model takes and refuses

Both are advice that saves calls. Without Redis a process goes by what it has seen itself.
"""

import logging
import time
from pathlib import Path

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from pipeline import connections
from pipeline.provider.client import endpoint as present_endpoint
from pipeline.provider.endpoint import Endpoint

log = logging.getLogger(__name__)

REMEMBERED = 24 * 3600
"""Seconds until what an endpoint refused is tried again."""

REREAD = 600.0
"""Seconds a process goes by its own copy of what is known."""

PAUSE_CACHE = 0.05
"""Seconds for which `pause_left` does not ask Redis again."""

_PAUSE = (Path(__file__).parent.parent / "lua" / "provider_pause.lua").read_text()


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model at an endpoint takes; `rung` counts down the ladder from strict schemas."""

    rung: int = 0
    proven: bool = False
    limit_name: str = "max_completion_tokens"
    streams: bool = True
    stream_usage: bool = True
    embeds: bool = True


_known: dict[tuple[str, str], tuple[float, Known]] = {}
_paused: dict[str, tuple[float, float]] = {}  # endpoint id -> (asked at, until), monotonic


def forget() -> None:
    """Forget this process's copies (what Redis knows stays)."""
    _known.clear()
    _paused.clear()


def _redis() -> redis.asyncio.Redis | None:
    try:
        return connections.state()
    except RuntimeError:  # a command that needs no run, such as doctor
        return None


async def known(endpoint: Endpoint, model: str) -> Known:
    """What is known of a model; ask again each time, others learn too."""
    held = _known.get((endpoint.id, model))
    now = time.monotonic()
    if held is not None and now - held[0] < REREAD:
        return held[1]
    found = Known()
    client = _redis()
    if client is not None:
        try:
            stored = await client.get(f"provider:{endpoint.id}:knows:{model}")
            if stored:
                found = msgspec.json.decode(stored, type=Known)
        except (RedisError, OSError, msgspec.DecodeError) as error:
            log.warning("what %s takes could not be read: %s", model, error)
    _known[endpoint.id, model] = (now, found)
    return found


async def learn(endpoint: Endpoint, model: str, fact: Known) -> None:
    """Remember for a day what a model takes, for all processes."""
    _known[endpoint.id, model] = (time.monotonic(), fact)
    client = _redis()
    if client is None:
        return
    try:
        key = f"provider:{endpoint.id}:knows:{model}"
        await client.set(key, msgspec.json.encode(fact), ex=REMEMBERED)
    except (RedisError, OSError) as error:
        log.warning("what %s takes could not be stored: %s", model, error)


async def pause(endpoint: Endpoint, seconds: float) -> None:
    """Nobody asks this endpoint for `seconds`; a longer pause already set stands."""
    now = time.monotonic()
    _paused[endpoint.id] = (now, max(now + seconds, _paused.get(endpoint.id, (0, 0))[1]))
    client = _redis()
    if client is None:
        return
    try:
        await client.eval(_PAUSE, 1, f"provider:{endpoint.id}:pause", int(seconds * 1000))
    except (RedisError, OSError) as error:
        log.warning("the pause of %s could not be shared: %s", endpoint.host, error)


async def pause_left(endpoint: Endpoint) -> float:
    """Seconds until the endpoint may be asked again; 0 when it may now."""
    now = time.monotonic()
    asked, until = _paused.get(endpoint.id, (-1.0, 0.0))
    client = _redis()
    if client is None or until > now or now - asked < PAUSE_CACHE:
        return max(0.0, until - now)
    left = 0.0
    try:
        left = max(0, await client.pttl(f"provider:{endpoint.id}:pause")) / 1000
    except (RedisError, OSError) as error:
        log.warning("the pause of %s could not be read: %s", endpoint.host, error)
    _paused[endpoint.id] = (now, now + left)
    return left


async def cool_down() -> float:
    """Seconds until the endpoint of the settings may be asked again, 0 when it may be now.

    At most one round trip to Redis, often none. Raises AIAuthError when no endpoint is set.
    """
    return await pause_left(present_endpoint())
