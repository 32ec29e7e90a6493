"""Stage 7, final review: articles, their plans and images → a report each, without AI.

In: contents with task and images. Out: content.review, and content.status from draft to review.
Published and archived articles are not touched.
"""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import dramatiq

from db.status import Phase
from pipeline import language
from pipeline.review.reading import read_articles
from pipeline.review.storing import examine, store
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell


async def work(job: Job) -> Outcomes:
    """Check each article by itself, in a thread: images are decoded and languages told."""
    job.report(Phase.PREP)
    await language.load()
    articles, outcomes = await read_articles(job)
    for number, (content_id, article) in enumerate(articles.items()):
        job.report(Phase.AI_CALL, number / len(articles))
        outcomes[content_id] = Done(await asyncio.to_thread(examine, article))
    job.report(Phase.PARSE, 1.0)
    return outcomes


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Compare each article with those reviewed before it, and store the reports."""
    job.report(Phase.SAVE)
    await store(connection, job.account_id, results)


STAGE = Stage(
    number=7,
    function="final_review",
    name="Final review",
    queue="text",
    batch=8,
    asks_provider=False,
    work=work,
    save=save,
)


@dramatiq.actor(queue_name=STAGE.queue, priority=3)
async def final_review(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 7."""
    await answer_bell(STAGE.number, account, run)
