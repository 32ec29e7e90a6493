"""Lines to the AI service: one on which nothing comes back is lost within some ten seconds.

An answer may take minutes, so waiting for it tells nothing. The kernel asks the other side instead
whether it is still there, and gives up what is not acknowledged. Otherwise a call would stay in
flight for as long as its timeout after a cable was out or a firewall forgot the line.
"""

import socket
import urllib.request

import httpx2

UNANSWERED = 10_000
"""Milliseconds that what was sent may stay unacknowledged."""
ASKED_AFTER, ASKED_EVERY, ASKED_TIMES = 5, 2, 3
"""Seconds of silence before the kernel asks, seconds between its questions, and how many."""

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


def transport(limits: httpx2.Limits, *, direct: bool) -> httpx2.AsyncHTTPTransport | None:
    """A transport with such lines; None where the environment names a proxy and not `direct`.

    A client reads the environment's proxies only when it makes its transports itself.
    """
    proxies = urllib.request.getproxies().keys() & {"http", "https", "all"}
    if proxies and not direct:
        return None
    return httpx2.AsyncHTTPTransport(limits=limits, socket_options=options())
