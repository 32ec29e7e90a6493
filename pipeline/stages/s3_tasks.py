"""Stage 3: an idea comes in, one writer task carrying its whole plan goes out. No AI is asked.

The plan is copied, so that an idea edited later does not change what is being written.
"""

from typing import Any
from uuid import UUID

import asyncpg
import dramatiq

from piccolo_conf import DB
from pipeline.errors import ValidationError
from pipeline.stage import Done, Job, Outcomes, Stage
from pipeline.turn import answer_bell


async def work(job: Job) -> Outcomes:
    """Look whether each idea can be written from."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "SELECT id, title, primary_keyword, outline, target_words FROM content_idea "
            "WHERE account_id = $1 AND id = ANY($2::uuid[])",
            *(job.account_id, [item.id for item in job.items]),
        )
    ideas = {row["id"]: row for row in rows}
    return {item.id: _outcome(item.id, ideas.get(item.id)) for item in job.items}


def _outcome(idea_id: UUID, idea: asyncpg.Record | None) -> Done | ValidationError:
    if idea is None:
        return ValidationError("The idea no longer exists", "/ideas")
    for name in ("title", "primary_keyword", "outline", "target_words"):
        if not idea[name]:
            return ValidationError(
                f'The idea "{idea["title"]}" has no {name.replace("_", " ")}',
                f"/ideas?id={idea_id}",
            )
    return Done()


async def save(connection: asyncpg.Connection, job: Job, results: dict[UUID, Any]) -> None:
    """Insert one task per idea, unless it has one, and queue the ideas."""
    await connection.execute(
        """
        INSERT INTO task (account_id, idea_id, cluster_id, title, summary, outline,
            primary_keyword, secondary_keywords, content_type, target_words, language, demo)
        SELECT account_id, id, cluster_id, title, summary, outline,
            primary_keyword, secondary_keywords, content_type, target_words, language, demo
        FROM content_idea WHERE account_id = $1 AND id = ANY($2::uuid[])
        ON CONFLICT (idea_id) DO NOTHING
        """,
        *(job.account_id, list(results)),
    )
    await connection.execute(
        "UPDATE content_idea SET status = 'queued' "
        "WHERE account_id = $1 AND id = ANY($2::uuid[]) AND status = 'new'",
        *(job.account_id, list(results)),
    )


STAGE = Stage(
    number=3,
    function="create_tasks",
    name="Tasks",
    queue="text",
    batch=50,
    asks_provider=False,
    work=work,
    save=save,
)


@dramatiq.actor(queue_name=STAGE.queue, priority=7)
async def create_tasks(account: str, run: str) -> None:
    """A bell: there is work in this run's stage 3."""
    await answer_bell(STAGE.number, account, run)
