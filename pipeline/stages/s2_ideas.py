"""Stage 2: a cluster comes in, planned articles (content ideas) go out.

Each idea carries the plan that its article is written from and checked against: outline, keywords,
content type and length. Titles that the cluster has already are not repeated. An automation takes
up ideas that an ended run has left without an article, instead of asking for new ones.
"""

from typing import Any
from uuid import UUID

import asyncpg
import dramatiq
import msgspec

from db.ideas import count_left, take_up
from db.status import Phase
from piccolo_conf import DB
from pipeline import language, planning, prompts, provider
from pipeline.errors import ValidationError
from pipeline.planning import Brief, Ideas
from pipeline.settings import settings
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell
from pipeline.words import key_of

KEYWORDS = 80
"""Keywords of a cluster that the question names, the most searched ones."""

TITLES = 200
"""Existing titles that the question names, the newest ones."""


async def work(job: Job) -> Outcomes:
    """Plan `ideas_per_cluster` articles for the cluster of this job."""
    async with DB.connection() as connection:
        left = await count_left(connection, job.account_id, job.item.id, job.run_id)
    if left:
        job.report(Phase.SAVE, 0.0, idea_count=left)
        return {job.item.id: Done(TakeUp(), cost=0)}
    cluster = await _read(job)
    job.report(Phase.AI_CALL, 0.0, cluster_name=cluster["name"])
    await language.load()
    brief = Brief(
        keywords=[keyword["text"] for keyword in cluster["keywords"]],
        taken=cluster["titles"],
        count=job.options.ideas_per_cluster,
        target_words=job.options.target_words,
        language=job.options.language,
    )
    answer = await provider.ask(
        _prompt(cluster, brief),
        Ideas,
        function=STAGE.function,
        usage=job.usage,
        check=prompts.wishing(
            lambda ideas: planning.faults(ideas, brief),
            lambda ideas: planning.shortcomings(ideas, brief),
        ),
    )
    ideas = [planning.tidied(idea, brief) for idea in answer.ideas[: brief.count]]
    job.report(Phase.SAVE, 0.0, idea_count=len(ideas))
    return {job.item.id: Done(ideas, cost=settings().price_idea * len(ideas))}


class TakeUp(msgspec.Struct, frozen=True):
    """Result of a cluster whose unwritten ideas become those of this run."""


async def _read(job: Job) -> asyncpg.Record:
    """The cluster with its keywords and titles. Raises ValidationError if it has no keywords."""
    async with DB.connection() as connection:
        cluster = await connection.fetchrow(
            """
            SELECT name, intent,
                coalesce((
                    SELECT jsonb_agg(jsonb_build_object('text', k.text, 'volume', k.volume))
                    FROM (SELECT text, volume FROM keyword
                          WHERE account_id = $1 AND cluster_id = $2
                          ORDER BY volume DESC NULLS LAST, text LIMIT $3) k
                ), '[]') AS keywords,
                ARRAY(SELECT title FROM content_idea WHERE account_id = $1 AND cluster_id = $2
                      ORDER BY created_at DESC LIMIT $4) AS titles
            FROM cluster WHERE account_id = $1 AND id = $2
            """,
            *(job.account_id, job.item.id, KEYWORDS, TITLES),
        )
    if cluster is None:
        raise ValidationError("The cluster no longer exists", "/clusters")
    if not cluster["keywords"]:
        raise ValidationError(
            f'The cluster "{cluster["name"]}" has no keywords to plan articles for',
            f"/clusters?id={job.item.id}",
        )
    return cluster


def _prompt(cluster: asyncpg.Record, brief: Brief) -> provider.Prompt:
    least, most = brief.words_allowed
    data = {
        "cluster": {name: cluster[name] for name in ("name", "intent", "keywords")},
        "count": brief.count,
        "target_words": brief.target_words,
        "language": brief.language,
        "existing_titles": brief.taken,
    }
    return prompts.fill(
        "ideas",
        data,
        count=brief.count,
        language=brief.language,
        types=", ".join(planning.CONTENT_TYPES),
        target_words=brief.target_words,
        least_words=least,
        most_words=most,
        most_sections=brief.most_sections,
    )


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Insert the ideas; a title that the cluster has already changes nothing."""
    for cluster_id, result in results.items():
        if isinstance(result, TakeUp):
            await take_up(connection, job.account_id, cluster_id, job.run_id)
    await connection.executemany(
        """
        INSERT INTO content_idea (account_id, cluster_id, run_id, title, key, summary, outline,
            primary_keyword, secondary_keywords, content_type, target_words, language, demo)
        SELECT account_id, id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
        FROM cluster WHERE account_id = $1 AND id = $2
        ON CONFLICT (cluster_id, key) DO NOTHING
        """,
        [
            (
                *(job.account_id, cluster_id, job.run_id, idea.title, key_of(idea.title)),
                *(idea.summary, idea.outline, idea.primary_keyword, idea.secondary_keywords),
                *(idea.content_type, idea.target_words, job.options.language, provider.is_demo()),
            )
            for cluster_id, ideas in results.items()
            if not isinstance(ideas, TakeUp)
            for idea in ideas
        ],
    )


STAGE = Stage(number=2, function="generate_ideas", name="Ideas", queue="text", work=work, save=save)


@dramatiq.actor(queue_name=STAGE.queue, priority=8)
async def generate_ideas(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 2."""
    await answer_bell(STAGE.number, account, run)
