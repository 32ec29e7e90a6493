"""One article as one file, for a download."""

import asyncio
import base64
import contextlib
from uuid import UUID

import msgspec

from pipeline import media
from pipeline.exporting.articles import ArticleImage, ExportedArticle, read_articles
from pipeline.exporting.export import Format
from pipeline.exporting.files import safe_name
from pipeline.exporting.markdown import image_markdown, to_markdown
from pipeline.exporting.page import to_page
from pipeline.exporting.placing import with_images

ENDINGS: dict[Format, str] = {"markdown": "md", "html": "html", "json": "json"}


class ArticleFile(msgspec.Struct, frozen=True):
    """A file with its name, which is safe on any system."""

    name: str
    data: bytes


async def export_article(
    account_id: UUID, content_id: UUID, file_format: Format
) -> ArticleFile | None:
    """The account's article as a file; None if there is no such article.

    A page carries its images within it. Markdown and JSON are without image files: a ZIP of one
    article (`zip_articles`) has them.
    """
    article = await read_article(account_id, content_id)
    if article is None:
        return None
    data = await asyncio.to_thread(_render, article, file_format)
    return ArticleFile(f"{safe_name(article.slug, set())}.{ENDINGS[file_format]}", data)


async def read_article(account_id: UUID, content_id: UUID) -> ExportedArticle | None:
    """The account's article with its images; None if there is no such article."""
    async for article in read_articles(account_id, [content_id]):
        return article
    return None


def body_with_images(article: ExportedArticle) -> str:
    """The Markdown body with an image in its place for each that has a `file`."""
    return with_images(article.body, article.images, image_markdown)


def _render(article: ExportedArticle, file_format: Format) -> bytes:
    if file_format == "json":
        return msgspec.json.format(msgspec.json.encode(article), indent=2) + b"\n"
    if file_format == "markdown":
        return to_markdown(article).encode()
    for image in article.images:
        image.file = _within(image)
    return to_page(article, index=None).encode()


def _within(image: ArticleImage) -> str | None:
    """The image's file as an address that holds it; None where there is none."""
    with contextlib.suppress(FileNotFoundError, ValueError):
        if image.path:
            data = media.read(image.path)
            return f"data:image;base64,{base64.b64encode(data).decode()}"
    return None
