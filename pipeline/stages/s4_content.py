"""Stage 4: a task comes in, an article written from its plan goes out.

The article is streamed, so that progress within it is real, and held against its plan: what is
missing is asked for once more and put in its place; what is still missing the final review reports.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import asyncpg
import dramatiq
import msgspec

from db.articles import close_tasks, draft_key, insert_article, keep_draft
from db.status import Phase
from piccolo_conf import DB
from pipeline import articles, language, prompts, provider
from pipeline.articles import Article, ArticleExtension, Plan
from pipeline.errors import AIProviderError, ContentPolicyError, RetryLater, ValidationError
from pipeline.markdown import clean_body
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell


async def work(job: Job) -> Outcomes:
    """Write the article of the task of this job. A task that has one already costs nothing."""
    task = await _read(job)
    job.report(Phase.PREP, 0.0, task_title=task["title"])
    if task["written"]:
        return {job.item.id: Done(cost=0)}
    plan = articles.plan_of(dict(task), f"/tasks?id={job.item.id}")
    job.report(Phase.AI_CALL, 0.0, word_count=plan.target_words)
    await language.load()
    draft = articles.draft_for(plan, task["draft"])
    article = draft or await _write(job, plan)
    job.report(Phase.PARSE)
    try:
        body = await _complete(job, plan, clean_body(article.body))
    except RetryLater:  # only the rest is asked for then: the article was paid for
        async with DB.connection() as connection:
            kept = articles.Draft(plan, article)
            await keep_draft(connection, job.account_id, job.item.id, kept)
        raise
    row = articles.finished(article, body, plan)
    job.report(Phase.SAVE, 0.0, title=row["title"])
    return {job.item.id: Done(row)}


async def _read(job: Job) -> asyncpg.Record:
    """The task, and whether its article is written. Raises ValidationError if it is gone."""
    async with DB.connection() as connection:
        task = await connection.fetchrow(
            """
            SELECT title, summary, content_type, primary_keyword, secondary_keywords,
                target_words, language, outline,
                EXISTS (SELECT FROM content WHERE task_id = task.id) AS written,
                (SELECT answer FROM answer_cache WHERE account_id = $1 AND id = $3) AS draft
            FROM task WHERE account_id = $1 AND id = $2
            """,
            *(job.account_id, job.item.id, draft_key(job.item.id)),
        )
    if task is None:
        raise ValidationError("The task no longer exists", "/tasks")
    return task


async def _write(job: Job, plan: Plan) -> Article:
    """The article as answered; the first half of it where the whole does not fit an answer."""
    try:
        return await _ask(job, plan)
    except provider.AnswerCut:
        half = (len(plan.outline) + 1) // 2
        return await _ask(
            job,
            msgspec.structs.replace(
                plan, outline=plan.outline[:half], target_words=plan.target_words // 2
            ),
        )


async def _ask(job: Job, plan: Plan) -> Article:
    return await provider.ask(
        prompts.fill(
            "article",
            plan,
            language=plan.language,
            primary_keyword=plan.primary_keyword,
            target_words=plan.target_words,
            least_words=plan.target_words * 9 // 10,
            most_words=plan.target_words * 11 // 10,
            section_words=plan.target_words // (len(plan.outline) + 1),
        ),
        Article,
        function=STAGE.function,
        usage=job.usage,
        check=prompts.wishing(
            articles.faults, lambda article: articles.shortcomings(article, plan)
        ),
        on_words=_progress(job, plan.target_words),
    )


def _progress(job: Job, target: int) -> Callable[[int], None]:
    def on_words(words: int) -> None:
        job.report(Phase.AI_CALL, min(words / target, 1.0), word_count=target)

    return on_words


async def _complete(job: Job, plan: Plan, body: str) -> str:
    """`body` with what it lacked, as far as the AI service gives it at the second time of asking.

    An unusable answer leaves the body as it is: it is worth keeping, the final review reports it.
    """
    lack = articles.lack_of(body, plan)
    if lack is None:
        return body
    try:
        extension = await provider.ask(
            prompts.fill("extension", lack, language=plan.language, words_needed=lack.words_needed),
            ArticleExtension,
            function=STAGE.function,
            usage=job.usage,
            check=lambda answer: articles.unanswered(answer, lack),
        )
    except (AIProviderError, ContentPolicyError):
        return body
    return articles.merged(body, extension, plan)


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Insert the article under a slug of its own, unless the task has one; close task and idea."""
    for task_id, row in results.items():
        if row is not None:
            await insert_article(connection, job.account_id, task_id, row, demo=provider.is_demo())
    await close_tasks(connection, job.account_id, list(results))


STAGE = Stage(
    number=4, function="generate_content", name="Content", queue="text", work=work, save=save
)


@dramatiq.actor(queue_name=STAGE.queue, priority=6)
async def generate_content(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 4."""
    await answer_bell(STAGE.number, account, run)
