"""What all processes know together about the models of an endpoint, in Redis.

    provider:<endpoint id>:knows:<model>  JSON of Known: what this model takes and refuses

It is advice that saves calls. Without Redis a process goes by what it has seen itself.
"""

import logging
import time

import msgspec
import redis.asyncio
from redis.exceptions import RedisError

from pipeline import connections
from pipeline.provider.endpoint import Endpoint

log = logging.getLogger(__name__)

REMEMBERED = 24 * 3600
"""Seconds until what an endpoint refused is tried again."""

REREAD = 600.0
"""Seconds a process goes by its own copy of what is known."""


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a model at an endpoint takes; `rung` counts down the ladder from strict schemas."""

    rung: int = 0
    proven: bool = False
    limit_name: str = "max_completion_tokens"
    streams: bool = True
    stream_usage: bool = True
    embeds: bool = True


_known: dict[tuple[str, str], tuple[float, Known]] = {}


def forget() -> None:
    """Forget this process's copy (what Redis knows stays)."""
    _known.clear()


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
