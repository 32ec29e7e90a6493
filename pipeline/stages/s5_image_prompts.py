"""Stage 5: an article comes in, prompts and alternative texts of its pictures go out.

One featured picture and `images_per_article` in the article, each with a section of its own.
"""

from typing import Any
from uuid import UUID

import asyncpg
import dramatiq

from db.status import Phase
from piccolo_conf import DB
from pipeline import illustrating, prompts, provider
from pipeline.errors import ValidationError
from pipeline.illustrating import ImagePrompts
from pipeline.markdown import headings
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell


async def work(job: Job) -> Outcomes:
    """Describe the pictures. An article that has them all already costs nothing."""
    content = await _read(job)
    count = job.options.images_per_article
    job.report(Phase.PREP, 0.0, count=count + 1)
    if content["images"] > count:
        return {job.item.id: Done([], cost=0)}
    sections = [text for level, text in headings(content["body"]) if level == 2 and text]
    job.report(Phase.AI_CALL)
    answer = await provider.ask(
        prompts.fill(
            "image_prompts",
            {
                "title": content["title"],
                "language": content["language"],
                "excerpt": content["excerpt"],
                "count": count,
                "sections": sections,
            },
            count=count,
            language=content["language"],
        ),
        ImagePrompts,
        function=STAGE.function,
        usage=job.usage,
        check=prompts.wishing(
            lambda answer: illustrating.faults(answer, count),
            lambda answer: illustrating.shortcomings(answer, count, sections),
        ),
    )
    job.report(Phase.PARSE, 0.0, count=count)
    rows = illustrating.rows_of(answer, count, sections, content["title"])
    job.report(Phase.SAVE)
    return {job.item.id: Done(rows)}


async def _read(job: Job) -> asyncpg.Record:
    """The article. Raises ValidationError if there is nothing to illustrate."""
    async with DB.connection() as connection:
        content = await connection.fetchrow(
            """
            SELECT title, language, excerpt, body,
                (SELECT count(*) FROM image WHERE content_id = content.id) AS images
            FROM content WHERE account_id = $1 AND id = $2
            """,
            *(job.account_id, job.item.id),
        )
    if content is None:
        raise ValidationError("The article no longer exists", "/content")
    if not content["body"].strip():
        raise ValidationError(
            f'The article "{content["title"]}" has no text', f"/content/{job.item.id}"
        )
    return content


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Insert the image rows; a place of the article that has one keeps it."""
    await connection.executemany(
        """
        INSERT INTO image (account_id, content_id, kind, position, section, prompt, alt, demo)
        SELECT account_id, id, $3, $4, $5, $6, $7, $8
        FROM content WHERE account_id = $1 AND id = $2
        ON CONFLICT (content_id, kind, position) DO NOTHING
        """,
        [
            (job.account_id, content_id, *row.values(), provider.is_demo())
            for content_id, rows in results.items()
            for row in rows
        ],
    )


STAGE = Stage(
    number=5,
    function="generate_image_prompts",
    name="Image prompts",
    queue="text",
    work=work,
    save=save,
)


@dramatiq.actor(queue_name=STAGE.queue, priority=5)
async def generate_image_prompts(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 5."""
    await answer_bell(STAGE.number, account, run)
