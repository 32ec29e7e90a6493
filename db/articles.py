"""Saving an article under a slug of its own, keeping a draft between two attempts, telling whether
an article is still the one that was reviewed."""

from typing import Any
from uuid import UUID

import asyncpg

MOST_SLUG = 60
"""Characters of a slug, its number included."""


def fingerprint(article: str) -> str:
    """SQL: what a review looks at of an article, in 32 characters; `article` is the table's alias.

    Other texts or images, another fingerprint. Kept with a report, it tells whether that holds.
    """
    texts = ("title", "slug", "meta_title", "meta_description", "excerpt", "body")
    return f"""md5(row({", ".join(f"{article}.{name}" for name in texts)})::text
        || (select coalesce(string_agg(row(f.id, f.kind, f.position, f.section, f.alt, f.path,
                f.size, f.digest)::text, ',' order by f.id), '')
            from image f where f.content_id = {article}.id))"""


def numbered_slug(slug: str, number: int) -> str:
    """`slug` for the second, third … article that wants it, within the same limit."""
    ending = f"-{number}"
    return slug[: MOST_SLUG - len(ending)].rstrip("-") + ending


async def insert_article(
    connection: asyncpg.Connection,
    account_id: UUID,
    task_id: UUID,
    row: dict[str, Any],
    *,
    demo: bool,
) -> None:
    """Insert the article of a task, unless it has one; call it in a transaction.

    `row` holds title, slug, meta_title, meta_description, excerpt, body and word_count. Where
    another article has the slug, also one that is being saved at this moment, the next free number
    is put behind it; no conflict fails the transaction.
    """
    wanted = slug = row["slug"] or f"article-{task_id.hex[-12:]}"
    number = 1
    while not await connection.fetchval(
        """
        INSERT INTO content (account_id, task_id, title, slug, meta_title, meta_description,
            excerpt, body, word_count, language, demo)
        SELECT account_id, id, $3, $4, $5, $6, $7, $8, $9, language, $10
        FROM task WHERE account_id = $1 AND id = $2
        ON CONFLICT DO NOTHING RETURNING TRUE
        """,
        *(account_id, task_id, row["title"], slug, row["meta_title"], row["meta_description"]),
        *(row["excerpt"], row["body"], row["word_count"], demo),
    ) and await connection.fetchval(  # a statement of its own: it sees whom the insert waited for
        "SELECT EXISTS (SELECT FROM content WHERE account_id = $1 AND slug = $2 AND task_id <> $3)",
        *(account_id, slug, task_id),
    ):
        number += 1
        slug = numbered_slug(wanted, number)


def draft_key(task_id: UUID) -> str:
    """The key of a task's draft among the kept answers."""
    return f"article:{task_id}"


async def keep_draft(
    connection: asyncpg.Connection, account_id: UUID, task_id: UUID, draft: Any
) -> None:
    """Keep what is written of a task's article until the article is saved."""
    await connection.execute(
        "INSERT INTO answer_cache (id, account_id, answer) VALUES ($1, $2, $3) "
        "ON CONFLICT (id) DO UPDATE SET answer = excluded.answer",
        *(draft_key(task_id), account_id, draft),
    )


async def close_tasks(
    connection: asyncpg.Connection, account_id: UUID, task_ids: list[UUID]
) -> None:
    """Mark tasks and their ideas as completed; their drafts are no longer needed."""
    await connection.execute(
        """
        WITH done AS (
            UPDATE task SET status = 'completed'
            WHERE account_id = $1 AND id = ANY($2::uuid[]) RETURNING idea_id
        ), dropped AS (
            DELETE FROM answer_cache WHERE account_id = $1 AND id = ANY($3::text[])
        )
        UPDATE content_idea SET status = 'completed'
        WHERE account_id = $1 AND id IN (SELECT idea_id FROM done)
        """,
        *(account_id, task_ids, [draft_key(task_id) for task_id in task_ids]),
    )
