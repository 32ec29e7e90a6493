"""Articles as HTML to look at and as files to take away."""

import asyncio
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.response import Stream
from msgspec import Meta

from api.content_rows import CONTENT, Html, Preview
from api.editing import not_found
from api.problems import Problem
from piccolo_conf import DB
from pipeline import exporting, markdown

Account = NamedDependency[UUID]

MOST_ARTICLES = 1_000
MOST_BYTES = 1_000_000_000
"""What one ZIP file may hold; images count as they are stored."""

SHOWN_WIDTH = 1280
"""Pixels of the images within a shown article."""

TYPES: dict[exporting.Format, str] = {
    "markdown": "text/markdown",
    "html": "text/html",
    "json": "application/json",
}


class ExportContent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which articles to take away, and as what."""

    ids: Annotated[list[UUID], Meta(min_length=1, max_length=MOST_ARTICLES)]
    format: exporting.Format = "markdown"


@get("/content/{content_id:uuid}/html", summary="An article as HTML")
async def show_html(
    account_id: Account, content_id: FromPath[UUID], images: FromQuery[bool] = True
) -> Html:
    """The body as HTML that is safe to show, its drawn images in their places if wanted."""
    article = await exporting.read_article(account_id, content_id)
    if article is None:
        raise not_found(CONTENT, content_id)
    for image in article.images if images else ():
        if image.path:
            image.file = f"/api/v1/images/{image.id}/file?width={SHOWN_WIDTH}"
    body = await asyncio.to_thread(exporting.body_with_images, article)
    return Html(await asyncio.to_thread(markdown.to_html, body))


@post("/content/preview", status_code=200, summary="Markdown as HTML")
async def preview_content(data: JSONBody[Preview]) -> Html:
    """What is being edited as HTML that is safe to show. Nothing is stored."""
    return Html(await asyncio.to_thread(markdown.to_html, data.body))


@get(
    "/content/{content_id:uuid}/export",
    media_type="application/octet-stream",
    summary="Download an article",
)
async def export_content(
    account_id: Account,
    content_id: FromPath[UUID],
    format: FromQuery[exporting.Format] = "markdown",  # noqa: A002 - the name of the parameter
) -> Response[bytes]:
    """One file. HTML carries its images within it; a ZIP has them beside Markdown and JSON."""
    file = await exporting.export_article(account_id, content_id, format)
    if file is None:
        raise not_found(CONTENT, content_id)
    return Response(file.data, media_type=TYPES[format], headers=_download(file.name))


@post("/content/export", status_code=200, media_type="application/zip", summary="Download articles")
async def export_many(account_id: Account, data: JSONBody[ExportContent]) -> Stream:
    """A ZIP file with the articles, their images and a list of all. At most 1,000 and 1 GB."""
    ids = list(dict.fromkeys(data.ids))
    await _check(account_id, ids)
    pieces = exporting.zip_articles(account_id, ids, data.format)
    return Stream(pieces, media_type="application/zip", headers=_download("articles.zip"))


async def _check(account_id: UUID, ids: list[UUID]) -> None:
    """Refuse, before anything is sent, what is not there or would be too much."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select c.id, octet_length(c.body) + coalesce((select sum(i.size) from image i"
            " where i.content_id = c.id), 0) as size"
            " from content c where c.account_id = $1 and c.id = any($2::uuid[])",
            account_id,
            ids,
        )
    known = {row["id"] for row in rows}
    for content_id in ids:
        if content_id not in known:
            raise not_found(CONTENT, content_id)
    size = sum(row["size"] for row in rows)
    if size > MOST_BYTES:
        raise Problem(
            413,
            "too_large",
            f"These articles have {size:,} bytes; one download may have {MOST_BYTES:,}.",
            hint="Take fewer articles at a time.",
        )


def _download(name: str) -> dict[str, str]:
    """Have it saved under `name`, which is a-z, 0-9, hyphens and a dot, whatever the browser."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
