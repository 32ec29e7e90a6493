"""An export: each article in a folder of its own, a list of all, and one JSON file.

    out/index.html, out/index.md       the list with review results
    out/articles.json                  everything, one article per line
    out/<slug>/<slug>.md, <slug>.html  an article, beside its images

Other files in the folder stay as they are; files of an earlier export of the same articles are
replaced.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Literal
from uuid import UUID

import msgspec

from db.status import ImageKind
from pipeline import media
from pipeline.exporting.articles import (
    ArticleImage,
    ExportedArticle,
    find_articles,
    read_articles,
)
from pipeline.exporting.files import (
    make_folder,
    make_subfolder,
    safe_name,
    safe_suffix,
    write,
)
from pipeline.exporting.markdown import escape, to_markdown
from pipeline.exporting.page import index_page, index_row, to_page
from pipeline.words import plural

Format = Literal["markdown", "html", "json"]
FORMATS: frozenset[Format] = frozenset(("markdown", "html", "json"))
NOT_GENERATED = "it has not been generated"

Put = Callable[[str, str | bytes], None]
"""put(name, data) writes a file of the export; `name` is at most one folder deep."""


class Missing(msgspec.Struct, frozen=True):
    """An image that could not be written, and why."""

    article: str
    image: str
    reason: str


class Exported(msgspec.Struct):
    """What was written: counts, and the images that are missing."""

    articles: int = 0
    ready: int = 0
    needs_attention: int = 0
    not_reviewed: int = 0
    images: int = 0
    missing: list[Missing] = []

    @property
    def summary(self) -> str:
        """`12 articles: 10 ready, 2 need attention`."""
        parts = [f"{self.ready:,} ready"]
        if self.needs_attention:
            verb = "needs" if self.needs_attention == 1 else "need"
            parts.append(f"{self.needs_attention:,} {verb} attention")
        if self.not_reviewed:
            parts.append(f"{self.not_reviewed:,} not reviewed")
        return f"{plural(self.articles, 'article')}: {', '.join(parts)}"


class Lists:
    """What the files at the top of an export are made of, gathered article by article."""

    def __init__(self, formats: Collection[Format]) -> None:
        self.formats = formats
        self.html: list[str] = []
        self.markdown: list[str] = []
        self.json: list[bytes] = []

    def add(self, article: ExportedArticle, name: str) -> None:
        """Take in an article that was written under `name`."""
        if "json" in self.formats:
            self.json.append(msgspec.json.encode(article))
        self.html.append(index_row(article, name, "html" in self.formats))
        title = escape(article.title)
        cells = (
            f"[{title}]({name}/{name}.md)" if "markdown" in self.formats else title,
            escape(article.primary_keyword),
            f"{article.word_count:,}",
            article.result_text,
        )
        self.markdown.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")

    def write(self, put: Put, summary: str) -> None:
        """Write the files at the top."""
        if "json" in self.formats:
            put("articles.json", b"[\n" + b",\n".join(self.json) + b"\n]\n")
        put("index.html", index_page("\n".join(self.html), summary))
        head = ["# Articles", "", summary, "", "| Article | Primary keyword | Words | Review |"]
        put("index.md", "\n".join([*head, "|---|---|---:|---|", *self.markdown, ""]))


async def export_articles(
    account_id: UUID,
    out: Path,
    *,
    run_id: UUID | None = None,
    content_ids: Sequence[UUID] | None = None,
    formats: Collection[Format] = FORMATS,
) -> Exported:
    """Write the articles of a run, or those with these ids, or all of the account into `out`.

    The folder is made if need be. An image whose file is gone is left out and listed in `missing`.
    Raises ExportRefused if the folder cannot be written to.
    """
    await asyncio.to_thread(make_folder, out)
    put = _into(out)
    done, lists, taken = Exported(), Lists(formats), set[str]()
    ids = await find_articles(account_id, run_id, content_ids)
    async for article in read_articles(account_id, ids):
        name = safe_name(article.slug, taken)
        await asyncio.to_thread(put_article, article, name, formats, done, put)
        lists.add(article, name)
    await asyncio.to_thread(lists.write, put, done.summary)
    return done


def _into(out: Path) -> Put:
    def put(name: str, data: str | bytes) -> None:
        folder, _, file = name.rpartition("/")
        write((make_subfolder(out, folder) if folder else out) / file, data)

    return put


def put_article(
    article: ExportedArticle, name: str, formats: Collection[Format], done: Exported, put: Put
) -> None:
    """Write an article with its images, and count it. Blocks."""
    for image in article.images:
        _put_image(article, image, name, done, put)
    if "markdown" in formats:
        put(f"{name}/{name}.md", to_markdown(article))
    if "html" in formats:
        put(f"{name}/{name}.html", to_page(article))
    done.articles += 1
    done.ready += article.result == "ready"
    done.needs_attention += article.result == "needs_attention"
    done.not_reviewed += article.result == "not_reviewed"


def _put_image(
    article: ExportedArticle, image: ArticleImage, folder: str, done: Exported, put: Put
) -> None:
    """Copy an image beside its article and note its name there, or note that it is missing."""
    stem = "featured" if image.kind is ImageKind.FEATURED else f"image-{image.position}"
    if not image.path:
        done.missing.append(Missing(article.title, stem, NOT_GENERATED))
        return
    try:
        data = media.read(image.path)
    except (FileNotFoundError, ValueError):
        done.missing.append(Missing(article.title, stem, "its file is not in the media store"))
        return
    name = stem + safe_suffix(image.path)
    put(f"{folder}/{name}", data)
    image.file = name
    done.images += 1
