"""The HTTP API: all routes in one list, errors as problems, what every answer carries.

Handlers know the account from the caller (`api/auth.py`) and nothing else of who asks.
"""

import contextlib
from collections.abc import AsyncIterator

from litestar import Litestar, Router
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.types import ASGIApp, Receive, Scope, Send

from api import (
    VERSION,
    auth,
    clusters,
    content,
    content_files,
    content_moves,
    credits,
    docs_page,
    events,
    health,
    ideas,
    image_files,
    images,
    imports,
    keywords,
    merging,
    metrics,
    provider_settings,
    queues,
    runs,
    sessions,
    tasks,
    tokens,
    users,
)
from api.auth import COOKIE, Gate, account_of
from api.bodies import Draining, check_body
from api.docs_page import DocsPage
from api.headers import add_security_headers, name_methods
from api.heads import Heads
from api.idempotency import Idempotency, announce
from api.limits import Limits
from api.live import Live
from api.openapi import INTRODUCTION, describe
from api.pages import page_routes
from api.patience import patient
from api.problems import problem
from piccolo_conf import DB
from pipeline import connections
from pipeline.settings import settings

ROUTES = [
    health.live,
    health.ready,
    sessions.show_session,
    sessions.sign_in,
    sessions.sign_in_by_link,
    sessions.sign_out,
    sessions.change_password,
    users.list_users,
    users.add_user,
    users.make_link,
    users.change_user,
    users.delete_user,
    tokens.list_tokens,
    tokens.make_token,
    tokens.revoke_token,
    keywords.list_keywords,
    keywords.list_keyword_ids,
    keywords.add_keyword,
    keywords.show_keyword,
    keywords.edit_keyword,
    keywords.move_keywords,
    keywords.delete_keywords,
    imports.preview_import,
    imports.import_keywords,
    clusters.list_clusters,
    clusters.list_cluster_ids,
    clusters.add_cluster,
    clusters.show_cluster,
    clusters.edit_cluster,
    clusters.delete_clusters,
    merging.merge_clusters,
    ideas.list_ideas,
    ideas.list_idea_ids,
    ideas.show_idea,
    ideas.edit_idea,
    ideas.delete_ideas,
    runs.estimate_run,
    runs.start_run,
    runs.list_runs,
    runs.show_run,
    runs.show_progress,
    runs.list_steps,
    runs.pause_run,
    runs.resume_run,
    runs.cancel_run,
    runs.retry_run,
    queues.show_queues,
    events.list_events,
    events.stream_events,
    events.follow_events,
    tasks.list_tasks,
    tasks.list_task_ids,
    tasks.show_task,
    tasks.edit_task,
    tasks.delete_tasks,
    content.list_content,
    content.list_content_ids,
    content.show_content,
    content.edit_content,
    content.delete_content,
    content_moves.approve_content,
    content_moves.publish_content,
    content_moves.archive_content,
    content_moves.draft_content,
    content_files.show_html,
    content_files.preview_content,
    content_files.export_content,
    content_files.export_many,
    images.list_images,
    images.list_image_ids,
    images.show_image,
    images.edit_image,
    images.delete_images,
    images.regenerate_image,
    image_files.show_file,
    credits.show_credits,
    credits.list_entries,
    credits.top_up,
    credits.list_usage,
    provider_settings.show_provider,
    provider_settings.check_provider,
]
"""Everything under /api/v1."""

MAX_BODY = 5_000_000
"""Bytes a request may carry: the ids of a run over 100,000 rows. Imports have their own limit."""

PROBLEMS = {
    "400": "The request is not valid; `errors` names every field",
    "401": "No session and no token, or one that has ended",
    "402": "Not enough credits",
    "403": "Not for members, or with a cookie from another origin",
    "404": "Not there, or not in your account",
    "409": "Not possible as things stand; `detail` says why",
    "413": "The request is too large",
    "415": "The body is of a kind that this does not take",
    "422": "The data cannot be worked on",
    "429": "Too many requests; `Retry-After` says when to go on",
    "503": "PostgreSQL or Redis does not answer, or not in time",
}
"""What any handler behind the gate may answer instead, as `application/problem+json`."""


@contextlib.asynccontextmanager
async def lifespan(app: Litestar) -> AsyncIterator[None]:
    """Hold PostgreSQL and Redis open while the app runs; what others opened stays theirs."""
    mine = DB.pool is None
    if mine:
        await connections.open_all(hasty=True)
        await connections.refuse_evicting()
    app.state.limits, app.state.live = Limits(settings().rate_limit), Live(auth.ended)
    try:
        yield
    finally:
        await app.state.live.stop()
        await app.state.limits.close()
        if mine:
            await connections.close_all()


def timed(app: ASGIApp) -> ASGIApp:
    """Note when a request began, for the metrics."""

    async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
        metrics.note_start(scope)
        await app(scope, receive, send)

    return middleware


def create_app() -> Litestar:
    """The app. Its lifespan needs DATABASE_URL and REDIS_URL."""
    app = Litestar(
        [
            *page_routes(),
            metrics.show_metrics,
            docs_page.show_file,
            Router(
                "/api/v1",
                route_handlers=ROUTES,
                middleware=[Gate(), Idempotency()],
                dependencies={"account_id": Provide(account_of)},
            ),
        ],
        lifespan=[lifespan],
        exception_handlers={HTTPException: problem, Exception: problem},
        before_send=[add_security_headers, name_methods, metrics.note_answer],
        before_request=check_body,
        middleware=[timed, patient],
        request_max_body_size=MAX_BODY,
        logging_config=None,
        openapi_config=OpenAPIConfig(
            title="igny8",
            version=VERSION,
            description=INTRODUCTION,
            path="/schema",
            use_handler_docstrings=True,
            operation_id_creator=lambda handler, method, parts: handler.handler_name,
            render_plugins=[DocsPage(), JsonRenderPlugin(path="/openapi.json")],
            components=Components(
                security_schemes={
                    "bearer": SecurityScheme(type="http", scheme="bearer"),
                    "cookie": SecurityScheme(
                        type="apiKey", name=COOKIE, security_scheme_in="cookie"
                    ),
                }
            ),
            security=[{"bearer": []}, {"cookie": []}],
        ),
    )
    # outside all: these also hear the 404 of a path
    app.asgi_handler = Draining(Heads(app.asgi_handler))
    describe(app, PROBLEMS)
    announce(app)
    return app
