"""Stage 7, final review: articles, their plans and images → a report each, without AI.

In: contents with task and images. Out: content.review, and content.status from draft to review.
Published and archived articles are not touched.
"""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from db.status import ContentStatus, Phase
from piccolo_conf import DB
from pipeline import language, media
from pipeline.errors import ValidationError
from pipeline.review import Article, Check, Picture, duplicates, inspect, make_report
from pipeline.stage import Done, Job, Outcome, Outcomes, Stage
from pipeline.words import key_of

REVIEWABLE = (ContentStatus.DRAFT.value, ContentStatus.REVIEW.value)

_ARTICLES = """
    select c.id, c.status, c.title, c.slug, c.meta_title, c.meta_description, c.excerpt, c.body,
        c.language, t.primary_keyword, t.target_words, t.outline,
        exists (select from content o where o.account_id = c.account_id and o.slug = c.slug
            and o.id <> c.id) as slug_taken,
        exists (select from run_item i where i.run_id = $3 and i.stage = 5
            and i.item_id = c.id) as planned_here
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

_SAVE = """
    update content set review = $3, status = $4
    where account_id = $1 and id = $2 and status = any($5::text[])"""


class Findings(msgspec.Struct, frozen=True):
    """What `work` found out about one article; the comparison with others comes with saving."""

    checks: list[Check]
    sketch: list[str]


async def work(job: Job) -> Outcomes:
    """Check each article by itself, in a thread: images are decoded and languages told."""
    job.report(Phase.PREP)
    await language.load()
    articles, outcomes = await _load(job)
    for number, (content_id, article) in enumerate(articles.items()):
        job.report(Phase.AI_CALL, number / len(articles))
        outcomes[content_id] = Done(await asyncio.to_thread(_examine, article))
    job.report(Phase.PARSE, 1.0)
    return outcomes


def _examine(article: Article) -> Findings:
    return Findings(inspect(article, media.read), duplicates.sketch(article.body))


async def _load(job: Job) -> tuple[dict[UUID, Article], Outcomes]:
    """The articles to check, and an error for each item that is none."""
    ids = [item.id for item in job.items]
    async with DB.connection() as connection:
        rows = await connection.fetch(_ARTICLES, job.account_id, ids, job.run_id)
        pictures = await connection.fetch(_PICTURES, job.account_id, ids)
        keywords = [row["primary_keyword"].lower() for row in rows]
        same = await connection.fetch(_SAME_KEYWORD, job.account_id, keywords)
    articles: dict[UUID, Article] = {}
    outcomes: dict[UUID, Outcome] = {
        item.id: ValidationError(f"The article “{item.title}” is no longer there")
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
        articles[row["id"]] = _article(row, pictures, same, job)
    return articles, outcomes


def _article(
    row: asyncpg.Record, pictures: list[asyncpg.Record], same: list[asyncpg.Record], job: Job
) -> Article:
    keyword = key_of(row["primary_keyword"])
    facts: dict[str, Any] = dict(row)
    # How many images were asked for is known in the run that planned them; a review by hand takes
    # the images that there are.
    facts["in_article"] = job.options.images_per_article if row["planned_here"] else None
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
    return msgspec.convert(facts, Article)


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Compare each article with those reviewed before it, and store the reports.

    Reviews of one account are saved one after the other (each takes milliseconds): else two copies
    that are reviewed at the same time would not see each other.
    """
    job.report(Phase.SAVE)
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 7))", str(job.account_id)
    )
    for content_id, found in results.items():
        alike = await duplicates.find_alike(connection, job.account_id, content_id, found.sketch)
        report = make_report([*found.checks, duplicates.check(alike)], found.sketch)
        await connection.execute(
            _SAVE,
            job.account_id,
            content_id,
            msgspec.to_builtins(report),
            ContentStatus.REVIEW.value,
            list(REVIEWABLE),
        )


STAGE = Stage(
    number=7,
    function="final_review",
    name="Final review",
    queue="text",
    batch=8,
    work=work,
    save=save,
)
