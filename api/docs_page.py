"""The page at /schema: every operation, to read and to try. It works without internet.

Swagger UI's files come from an installed package and are served from here; the page names no other
host and has no script of its own within it.
"""

import importlib.util
from pathlib import Path
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.params import FromPath

from api.problems import Problem

FILES = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
"""What is served of the package, and as what."""

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>igny8 API</title>
<link rel="icon" href="/schema/files/favicon-32x32.png">
<link rel="stylesheet" href="/schema/files/swagger-ui.css">
</head>
<body>
<div id="page"><noscript>This page needs JavaScript. The description itself is at
<a href="/schema/openapi.json">/schema/openapi.json</a>.</noscript></div>
<script src="/schema/files/swagger-ui-bundle.js"></script>
<script src="/schema/files/start.js"></script>
</body>
</html>
"""

START = """SwaggerUIBundle({
  url: "/schema/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "list",
  validatorUrl: null,
});
"""
"""`validatorUrl` null: else the description would be sent to a foreign host."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
"""Swagger UI sets styles in elements; scripts come from files only."""

FOR_A_DAY = CacheControlHeader(public=True, max_age=86_400)


class DocsPage(OpenAPIRenderPlugin):
    """Renders the page at the root of /schema."""

    media_type = MediaType.HTML

    def __init__(self) -> None:
        super().__init__(path="/")

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        return PAGE.encode()


@get("/schema/files/{name:str}", include_in_schema=False, sync_to_thread=False)
def show_file(name: FromPath[str]) -> Response[bytes]:
    """A file of the page; 404 for any other."""
    headers = {"Cache-Control": FOR_A_DAY.to_header()}
    if name == "start.js":
        return Response(START.encode(), media_type="text/javascript", headers=headers)
    if name not in FILES:
        raise Problem(404, "not_found", "Not Found")
    return Response((_folder() / name).read_bytes(), media_type=FILES[name], headers=headers)


def _folder() -> Path:
    """Swagger UI's files, without importing the package around them."""
    found = importlib.util.find_spec("swagger_ui")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "static"
