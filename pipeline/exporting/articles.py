"""Articles of an account with plan, review and images, read in small groups."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from db.status import ImageKind
from piccolo_conf import DB

_GROUP = 50
"""Articles read at once, so that an export of thousands stays small in memory."""

_IDS = """
    select c.id from content c where c.account_id = $1
        and ($2::uuid[] is null or c.id = any($2))
        and ($3::uuid is null
            or c.id in (select i.item_id from run_item i where i.run_id = $3 and i.account_id = $1
                and i.stage in (5, 7))
            or c.task_id in (select i.item_id from run_item i where i.run_id = $3
                and i.account_id = $1 and i.stage = 4))
    order by c.id"""

_ARTICLES = """
    select c.id, c.title, c.slug, c.meta_title, c.meta_description, c.excerpt, c.body, c.word_count,
        c.language, c.demo, c.status, c.review - 'sketch' as review,
        c.created_at, t.primary_keyword,
        t.secondary_keywords, t.content_type, t.target_words, k.name as cluster
    from content c join task t on t.id = c.task_id join cluster k on k.id = t.cluster_id
    where c.account_id = $1 and c.id = any($2::uuid[]) order by c.id"""

_IMAGES = """
    select content_id, id, kind, position, section, prompt, alt, path, width, height from image
    where account_id = $1 and content_id = any($2::uuid[])
    order by content_id, kind, position"""


class ArticleImage(msgspec.Struct, kw_only=True):
    """An image; `path` in the media store, `file` its name beside the exported article."""

    id: UUID
    kind: ImageKind
    position: int
    section: str
    prompt: str
    alt: str
    path: str | None
    width: int | None
    height: int | None
    file: str | None = None


class ExportedArticle(msgspec.Struct, kw_only=True):
    """An article with everything that is exported of it; `review` is its report."""

    id: UUID
    title: str
    slug: str
    meta_title: str
    meta_description: str
    excerpt: str
    body: str
    word_count: int
    language: str
    demo: bool
    status: str
    created_at: datetime
    primary_keyword: str
    secondary_keywords: list[str]
    content_type: str
    target_words: int
    cluster: str
    review: dict[str, Any] | None
    images: list[ArticleImage]

    @property
    def result(self) -> str:
        """`ready`, `needs_attention` or `not_reviewed`."""
        return str(self.review["result"]) if self.review else "not_reviewed"

    @property
    def reasons(self) -> list[str]:
        """What keeps the article from being ready."""
        return [reason["message"] for reason in self.review["reasons"]] if self.review else []

    @property
    def result_text(self) -> str:
        """The result as people read it."""
        return self.result.replace("_", " ").capitalize()


async def find_articles(
    account_id: UUID, run_id: UUID | None, content_ids: Sequence[UUID] | None
) -> list[UUID]:
    """Ids of the account's articles: of a run, or chosen, or all; oldest first."""
    chosen = None if content_ids is None else list(content_ids)
    async with DB.connection() as connection:
        rows = await connection.fetch(_IDS, account_id, chosen, run_id)
    return [row["id"] for row in rows]


async def read_articles(account_id: UUID, ids: Sequence[UUID]) -> AsyncIterator[ExportedArticle]:
    """The articles with these ids, in order; those deleted meanwhile are left out."""
    for start in range(0, len(ids), _GROUP):
        group = list(ids[start : start + _GROUP])
        async with DB.connection() as connection:
            rows = await connection.fetch(_ARTICLES, account_id, group)
            images = await connection.fetch(_IMAGES, account_id, group)
        for row in rows:
            yield _article(row, images)


def _article(row: asyncpg.Record, images: list[asyncpg.Record]) -> ExportedArticle:
    facts: dict[str, Any] = dict(row)
    facts["images"] = [
        msgspec.convert(dict(image), ArticleImage)
        for image in images
        if image["content_id"] == row["id"]
    ]
    return msgspec.convert(facts, ExportedArticle)
