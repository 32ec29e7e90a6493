"""Whether a request comes from our own pages.

A browser sends its cookie along whoever made it ask, so with a cookie everything that may change
something (unsafe methods and the handshake of a WebSocket) must prove its origin by a header that
no page can forge. Bearer tokens are never sent by themselves and need no proof.
"""

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType

from api.problems import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

Connection = ASGIConnection[Any, Any, Any, Any]


def may_change(connection: Connection) -> bool:
    """Whether the request may change something or opens a WebSocket."""
    scope = connection.scope
    return scope["type"] == ScopeType.WEBSOCKET or scope.get("method") not in SAFE


def is_own_origin(connection: Connection) -> bool | None:
    """Whether the browser says that one of our pages asks; None if it says nothing of it.

    `Sec-Fetch-Site` is the better witness; over plain http browsers send only `Origin`. Its
    scheme is not compared: behind a proxy we may not know our own.
    """
    site = connection.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = connection.headers.get("origin")
    if origin is None:
        return None
    try:
        return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower() != ""
    except ValueError:
        return False


def require_own_origin(connection: Connection) -> None:
    """For a request that a cookie speaks for. Raises Problem 403."""
    if not is_own_origin(connection):
        raise _foreign()


def refuse_other_origins(connection: Connection, _: Any = None) -> None:
    """A guard for signing in, where nothing speaks for the caller yet. Raises Problem 403.

    Scripts send no origin and may pass; a foreign page must not sign its visitor in.
    """
    if is_own_origin(connection) is False:
        raise _foreign()


def _foreign() -> Problem:
    return Problem(
        403,
        "other_origin",
        "This request does not come from igny8's own pages.",
        hint="Scripts send an API token as `Authorization: Bearer igny8_…` instead of a cookie.",
    )
