"""Headers that every answer carries; what a handler set itself stays.

Answers that are no page forbid everything; a page may use what comes from here, and nothing else.
"""

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import Message, Scope

from api import docs_page

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}

NO_PAGE = "default-src 'none'; frame-ancestors 'none'"

PAGE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


async def add_security_headers(message: Message, scope: Scope) -> None:
    """On every answer, errors and unknown paths included."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in SECURITY_HEADERS.items():
            headers.setdefault(name, value)
        headers.setdefault("Content-Security-Policy", _policy(scope, headers))


async def name_methods(message: Message, scope: Scope) -> None:
    """Answers to OPTIONS name every method of the path, as a 405 does; HEAD is where GET is.

    Litestar's own answer names the methods of one of the path's handlers.
    """
    if scope["type"] != ScopeType.HTTP or message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    if scope["method"] == "OPTIONS":
        try:
            scope["litestar_app"].asgi_router.handle_routing(path=scope["path"], method="TRACE")
        except MethodNotAllowedException as error:
            headers["Allow"] = (error.headers or {}).get("allow", headers.get("Allow", ""))
        except HTTPException:
            return
    allowed = headers.get("Allow", "").split(", ")
    if "GET" in allowed:
        headers["Allow"] = ", ".join(sorted({*allowed, "HEAD"}))


def _policy(scope: Scope, headers: MutableScopeHeaders) -> str:
    if not headers.get("content-type", "").startswith("text/html"):
        return NO_PAGE
    return docs_page.POLICY if scope["path"].startswith("/schema") else PAGE
