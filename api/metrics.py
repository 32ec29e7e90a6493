"""`/metrics` for Prometheus: what all processes share, and this web process's own figures.

Workers and keeper have no port: what they count reaches us through Redis (`pipeline/tally.py`).
Without METRICS_TOKEN it answers clients on this machine only; others are told 404.
"""

import asyncio
import ipaddress
import secrets
import time
from typing import Any

from litestar import Request, Response, get
from litestar.types import Message, Scope
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from api import figures
from api.problems import Problem
from pipeline.settings import settings

PATIENCE = 8.0
"""Seconds to read the shared figures: below the ten that Prometheus waits by default."""

disable_created_metrics()  # a line more for every sample, which nobody reads

OWN = CollectorRegistry()
ProcessCollector(registry=OWN)
PlatformCollector(registry=OWN)
GCCollector(registry=OWN)
REQUESTS = Counter(
    "igny8_http_requests",
    "Requests answered, by template of the route",
    ["method", "route", "status"],
    registry=OWN,
)
SECONDS = Histogram(
    "igny8_http_request_seconds",
    "Seconds until an answer began",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=OWN,
)
SOCKETS = Gauge(
    "igny8_open_sockets", "Open WebSockets and event streams of this process", registry=OWN
)
NO_ROUTE = "(none)"
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
STARTED = "igny8.started"


def note_start(scope: Any) -> None:
    """Note when a request came; `note_answer` then knows how long its answer took."""
    scope[STARTED] = time.perf_counter()


async def note_answer(message: Message, scope: Scope) -> None:
    """Count an answer as it begins. Paths that no route knows share one label."""
    if message["type"] != "http.response.start":
        return
    route = scope.get("path_template") or NO_ROUTE
    method = str(scope.get("method", ""))
    method = method if method in METHODS else "other"
    REQUESTS.labels(method, route, str(message["status"])).inc()
    if (started := scope.get(STARTED)) is not None:
        SECONDS.labels(method, route).observe(time.perf_counter() - float(str(started)))


@get("/metrics", include_in_schema=False)
async def show_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """All figures as text. What cannot be read is left out, and `igny8_figures_ok` is 0."""
    _require_scraper(request)
    SOCKETS.set(request.app.state.live.open)
    shared = CollectorRegistry()
    well = Gauge("igny8_figures_ok", "Whether the shared figures could be read", registry=shared)
    try:
        async with asyncio.timeout(PATIENCE):
            shared.register(figures.Shared(await figures.read()))
        well.set(1)
    except Exception:  # noqa: BLE001 - an outage is what they scrape for: our own figures still go
        well.set(0)
    text = generate_latest(OWN) + generate_latest(shared)
    return Response(text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _require_scraper(request: Request[Any, Any, Any]) -> None:
    wanted = settings().metrics_token
    if wanted:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and secrets.compare_digest(given.encode(), wanted.encode()):
            return
        headers = {"WWW-Authenticate": "Bearer"}
        raise Problem(401, "unauthorized", "This needs the METRICS_TOKEN.", headers=headers)
    if not _is_near(request.client.host if request.client else ""):
        raise Problem(404, "not_found", "Not Found")


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
