"""The articles of a review with their plans and images, read from the database."""

from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from db.articles import fingerprint
from db.status import ContentStatus
from piccolo_conf import DB
from pipeline.errors import ValidationError
from pipeline.review.article import Article, Picture
from pipeline.stage import Job, Outcome, Outcomes
from pipeline.words import key_of

REVIEWABLE = (ContentStatus.DRAFT.value, ContentStatus.REVIEW.value)
"""Editorial states in which an article may be reviewed; people decided about the others."""

_ARTICLES = f"""
    select c.id, c.status, c.title, c.slug, c.meta_title, c.meta_description, c.excerpt, c.body,
        c.language, t.primary_keyword, t.target_words, t.outline,
        exists (select from content o where o.account_id = c.account_id and o.slug = c.slug
            and o.id <> c.id) as slug_taken,
        exists (select from run_item i where i.run_id = $3 and i.stage = 5
            and i.item_id = c.id) as planned_here,
        (c.review ->> 'in_article')::int as in_article, {fingerprint("c")} as fingerprint
    from content c join task t on t.id = c.task_id and t.account_id = c.account_id
    where c.account_id = $1 and c.id = any($2::uuid[])"""

_PICTURES = """
    select content_id, id, kind, position, section, alt, path, width, height from image
    where account_id = $1 and content_id = any($2::uuid[])
    order by content_id, kind, position"""

_SAME_KEYWORD = """
    select c.id, c.title, t.primary_keyword
    from task t join content c on c.task_id = t.id and c.account_id = t.account_id
    where t.account_id = $1 and lower(t.primary_keyword) = any($2::text[])
    order by c.id"""


async def read_articles(job: Job) -> tuple[dict[UUID, Article], Outcomes]:
    """The articles to check, and an error for each item that is none."""
    ids = [item.id for item in job.items]
    rows = await _read(job.account_id, ids, job.run_id)
    articles: dict[UUID, Article] = {}
    outcomes: dict[UUID, Outcome] = {
        item.id: ValidationError(f"The article “{item.title}” is no longer there", "/content")
        for item in job.items
    }
    for row in rows:
        if row["status"] not in REVIEWABLE:
            outcomes[row["id"]] = ValidationError(
                f"The article “{row['title']}” is {row['status']}; make it a draft to review it",
                f"/content/{row['id']}",
            )
            continue
        del outcomes[row["id"]]
        # How many images were asked for is known in the run that planned them, and from then on by
        # the report; else a review takes the images that there are.
        if row["planned_here"]:
            row["in_article"] = job.options.images_per_article
        articles[row["id"]] = msgspec.convert(row, Article)
    return articles, outcomes


async def read_article(account_id: UUID, content_id: UUID) -> Article | None:
    """One article as it is now, outside any run; None if it may not be reviewed or is not there."""
    for row in await _read(account_id, [content_id], None):
        if row["status"] in REVIEWABLE:
            return msgspec.convert(row, Article)
    return None


async def _read(account_id: UUID, ids: list[UUID], run_id: UUID | None) -> list[dict[str, Any]]:
    """The articles' fields, with images and what the account's other articles have to do with it.

    Texts and images are of one moment: a fingerprint must be that of what is checked.
    """
    async with DB.transaction() as transaction:
        connection = transaction.connection
        await connection.execute("set transaction isolation level repeatable read, read only")
        rows = await connection.fetch(_ARTICLES, account_id, ids, run_id)
        pictures = await connection.fetch(_PICTURES, account_id, ids)
        keywords = [row["primary_keyword"].lower() for row in rows]
        same = await connection.fetch(_SAME_KEYWORD, account_id, keywords)
    return [_facts(row, pictures, same) for row in rows]


def _facts(
    row: asyncpg.Record, pictures: list[asyncpg.Record], same: list[asyncpg.Record]
) -> dict[str, Any]:
    keyword = key_of(row["primary_keyword"])
    facts: dict[str, Any] = dict(row)
    facts["pictures"] = [
        msgspec.convert(dict(picture), Picture)
        for picture in pictures
        if picture["content_id"] == row["id"]
    ]
    facts["same_keyword"] = [
        other["title"]
        for other in same
        if other["id"] != row["id"] and key_of(other["primary_keyword"]) == keyword
    ]
    return facts
