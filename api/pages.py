"""The web app as files: its page at every address of its own, its scripts and styles under /assets.

The page is asked for anew each time; what is under /assets has its content in its name and is kept
for a year. Where the app was not built, its address says how to build it.
"""

from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.config.compression import CompressionConfig
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.router import Router
from litestar.static_files import create_static_files_router

DIST = Path(__file__).parent.parent / "frontend" / "dist"

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the widgets set sizes and colours on their elements
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""What the web app may load. A script that got into an article does not run."""

YEAR = CacheControlHeader(max_age=31_536_000, public=True, immutable=True)

SMALLER = CompressionConfig(backend="gzip", minimum_size=1000, exclude=r"\.woff2$")
"""Scripts and styles go out at a quarter of their size; fonts are packed already."""

NOT_BUILT = """\
igny8 is running, but its web app is not built.

  make setup            builds it; then reload this page
  /schema               every address of the API
  /api/v1/health/ready  whether everything that a run needs answers

Articles also come from the command line, in the project's folder:

  .venv/bin/igny8 automate examples/keywords.csv --out out
  .venv/bin/igny8 status
"""


@get(
    ["/", "/{path:path}"],
    include_in_schema=False,
    sync_to_thread=False,
)
def show_page(request: Request[Any, Any, Any]) -> Response[str]:
    """The app's one page, at whatever address of the app; it finds out itself what to show."""
    address = request.url.path
    if address.startswith(("/api/", "/schema/", "/assets/")) or "." in address.rpartition("/")[2]:
        raise NotFoundException
    try:
        page = (DIST / "index.html").read_text()
    except FileNotFoundError:
        return Response(NOT_BUILT, media_type="text/plain")
    return Response(
        page,
        media_type="text/html",
        headers={"Cache-Control": "no-cache", "Content-Security-Policy": POLICY},
    )


def page_routes() -> list[HTTPRouteHandler | Router]:
    """What serves the app; without a build only the page that says so."""
    if not (DIST / "assets").is_dir():
        return [show_page]
    assets = create_static_files_router(
        path="/assets",
        directories=[DIST / "assets"],
        cache_control=YEAR,
        middleware=[DefineMiddleware(CompressionMiddleware, config=SMALLER)],
        include_in_schema=False,
        name="assets",
    )
    return [assets, show_page]
