"""Lines to the AI service: one on which nothing comes back is lost within some ten seconds.

An answer may take minutes, so waiting for it tells nothing. The kernel asks the other side instead
whether it is still there, and gives up what is not acknowledged. Otherwise a call would stay in
flight for as long as its timeout after a cable was out or a firewall forgot the line.
"""

import socket
import urllib.request

import aiohttp
import httpx2
import yarl

UNANSWERED = 10_000
"""Milliseconds that what was sent may stay unacknowledged."""
ASKED_AFTER, ASKED_EVERY, ASKED_TIMES = 5, 2, 3
"""Seconds of silence before the kernel asks, seconds between its questions, and how many."""

IDLE = 4.0
"""Seconds an unused line is kept: less than the five after which many servers end it, for a call
that is sent just then fails."""

LONGEST_HEADER = 65_536
"""Bytes of a line of headers; proxies add long ones."""

_WANTED = {
    "TCP_KEEPIDLE": ASKED_AFTER,
    "TCP_KEEPINTVL": ASKED_EVERY,
    "TCP_KEEPCNT": ASKED_TIMES,
    "TCP_USER_TIMEOUT": UNANSWERED,
}
"""Not every system has them all."""


def options() -> list[tuple[int, int, int]]:
    """The options of a socket that make it so: level, name, value."""
    known = [
        (getattr(socket, name), value) for name, value in _WANTED.items() if hasattr(socket, name)
    ]
    tcp = [(socket.IPPROTO_TCP, name, value) for name, value in known]
    return [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *tcp]


def _watched_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    for option in options():
        made.setsockopt(*option)
    return made


def session() -> aiohttp.ClientSession:
    """A pool of such lines, as many as there are calls in flight. To be opened on an event loop."""
    connector = aiohttp.TCPConnector(
        limit=0,
        keepalive_timeout=IDLE,
        socket_factory=_watched_socket,
        ssl=httpx2.create_ssl_context(),
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("Content-Type", "User-Agent"),
        max_line_size=LONGEST_HEADER,
        max_field_size=LONGEST_HEADER,
    )


def proxy_of(url: str) -> tuple[yarl.URL | None, dict[str, str]]:
    """The proxy that the environment names for an address, if any, and headers for it."""
    asked = yarl.URL(url)
    proxies = urllib.request.getproxies()
    named = proxies.get(asked.scheme) or proxies.get("all")
    if not named or urllib.request.proxy_bypass(asked.host or ""):
        return None, {}
    proxy = yarl.URL(named if "://" in named else f"http://{named}")
    if not proxy.user:
        return proxy, {}
    who = aiohttp.encode_basic_auth(proxy.user, proxy.password or "")
    return proxy.with_user(None), {"Proxy-Authorization": who}
