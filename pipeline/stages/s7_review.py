"""Stage 7, final review: articles, their plans and images → a report each, without AI.

In: contents with task and images. Out: content.review, and content.status from draft to review.
Published and archived articles are not touched.
"""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import dramatiq
import msgspec

from db.status import ContentStatus, Phase
from pipeline import language, media
from pipeline.review import Article, Check, duplicates, inspect, make_report
from pipeline.review.reading import REVIEWABLE, read_articles
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell

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
    articles, outcomes = await read_articles(job)
    for number, (content_id, article) in enumerate(articles.items()):
        job.report(Phase.AI_CALL, number / len(articles))
        outcomes[content_id] = Done(await asyncio.to_thread(_examine, article))
    job.report(Phase.PARSE, 1.0)
    return outcomes


def _examine(article: Article) -> Findings:
    return Findings(inspect(article, media.read), duplicates.sketch(article.body))


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Compare each article with those reviewed before it, and store the reports.

    Reviews of one account are saved one after the other (each takes milliseconds): else two copies
    that are reviewed at the same time would not see each other.
    """
    job.report(Phase.SAVE)
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended($1, 7))", str(job.account_id)
    )
    # The planner does not count that reports are stored apart, and would read them all in turn.
    await connection.execute("set local enable_seqscan = off")
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
    await connection.execute("set local enable_seqscan = on")


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
