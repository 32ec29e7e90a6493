"""How often someone may ask: the rate of each token and session, and tries at signing in.

Counted in Redis by a sliding window, so that all web processes count together. When Redis does
not answer, the rate is not limited (the request may not need Redis at all), but nobody signs in:
guessing must not become free.
"""

import hashlib
import ipaddress
import logging
import math
import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from api.problems import Problem
from pipeline import connections

log = logging.getLogger(__name__)

MINUTES = 15
"""The window for tries at signing in."""

PER_EMAIL = RateLimitItemPerMinute(10, MINUTES, "email")
"""Wrong passwords in a row for one e-mail address; the right one starts the count anew."""

PER_ADDRESS = RateLimitItemPerMinute(60, MINUTES, "address")
"""Tries from one client address, which an office may share."""


class Limits:
    """The counters of one process, on Redis connections of its own that give up at once."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute`: requests of one token or session; 0 for no limit."""
        self._redis = connections.new_redis(retries=1, timeout=1.0)
        storage = RedisStorage(
            "async+redis://",
            implementation="redispy",
            key_prefix="igny8:limits",
            connection_pool=self._redis.connection_pool,  # type: ignore[arg-type]
        )
        self._windows = SlidingWindowCounterRateLimiter(storage)
        self._rate = RateLimitItemPerMinute(per_minute, 1, "rate") if per_minute else None

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()

    async def spend(self, grant: str) -> None:
        """Count a request of a token or session. Raises Problem 429."""
        if self._rate is None:
            return
        try:
            await self._hit(self._rate, grant, "Too many requests with this token or session.")
        except connections.UNREACHABLE as error:
            log.warning("the rate is not limited: %s: %s", type(error).__name__, error)

    async def try_sign_in(self, email: str, address: str) -> None:
        """Count a try at a password. Raises Problem 429, and what Redis raises when away."""
        told = "Too many tries to sign in."
        await self._hit(PER_ADDRESS, _network(address), told)
        await self._hit(PER_EMAIL, _digest(email), told)

    async def try_link(self, address: str) -> None:
        """Count a try at a sign-in link. Raises Problem 429, and what Redis raises when away."""
        await self._hit(PER_ADDRESS, _network(address), "Too many tries to sign in.")

    async def forgive(self, email: str) -> None:
        """The password was right: its e-mail address starts anew."""
        await self._windows.clear(PER_EMAIL, _digest(email))

    async def _hit(self, limit: RateLimitItem, key: str, told: str) -> None:
        if await self._windows.hit(limit, key):
            return
        window = await self._windows.get_window_stats(limit, key)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        raise Problem(
            429,
            "too_many_requests",
            f"{told} Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
        )


def _digest(email: str) -> str:
    """A key of fixed length that does not show the address to whoever looks into Redis."""
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _network(address: str) -> str:
    """The client's IPv4 address, or its IPv6 network: one client has a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)
