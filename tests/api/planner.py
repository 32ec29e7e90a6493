"""Rows of the planner made by hand, and runs that are at work on them."""

from typing import Any
from uuid import UUID

import httpx2
import msgspec

from piccolo_conf import DB
from pipeline import connections, controls
from pipeline.words import key_of

OUTLINE = [{"heading": "What it is", "notes": "two sentences"}]


async def value(sql: str, *values: Any) -> Any:
    async with DB.connection() as connection:
        return await connection.fetchval(sql, *values)


async def cluster(account: UUID, name: str) -> UUID:
    found: UUID = await value(
        "insert into cluster (account_id, name, key) values ($1, $2, $3) returning id",
        *(account, name, key_of(name)),
    )
    return found


async def keyword(account: UUID, text: str, cluster_id: UUID | None = None) -> UUID:
    found: UUID = await value(
        "insert into keyword (account_id, text, key, cluster_id, status) values ($1, $2, $3, $4,"
        " case when $4::uuid is null then 'new' else 'mapped' end) returning id",
        *(account, text, key_of(text), cluster_id),
    )
    return found


async def idea(account: UUID, cluster_id: UUID, title: str) -> UUID:
    found: UUID = await value(
        "insert into content_idea (account_id, cluster_id, title, key, outline, primary_keyword,"
        " content_type, target_words) values ($1, $2, $3, $4, $5, 'tea', 'guide', 800)"
        " returning id",
        *(account, cluster_id, title, key_of(title), OUTLINE),
    )
    return found


async def task(account: UUID, idea_id: UUID) -> UUID:
    found: UUID = await value(
        "insert into task (account_id, idea_id, cluster_id, title, primary_keyword, content_type,"
        " target_words) select account_id, id, cluster_id, title, primary_keyword, content_type,"
        " target_words from content_idea where account_id = $1 and id = $2 returning id",
        *(account, idea_id),
    )
    return found


async def content(account: UUID, task_id: UUID) -> UUID:
    found: UUID = await value(
        "insert into content (account_id, task_id, title, slug, meta_title, meta_description,"
        " word_count) values ($1, $2, 'Tea', $3, '', '', 5) returning id",
        *(account, task_id, str(task_id)),
    )
    return found


async def running(account: UUID, stage: int, item: UUID, status: str = "queued") -> UUID:
    """A run of the account with this item in this stage."""
    run = await controls.start(
        account, first_stage=stage, last_stage=stage, selection=[item], started_by="a@example.com"
    )
    await value(
        "insert into run_item (run_id, account_id, stage, item_id, position, status)"
        " values ($1, $2, $3, $4, 0, $5)",
        *(run, account, stage, item, status),
    )
    return run


async def ask(client: httpx2.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    """The answer's JSON; its status must be a good one."""
    answer = await client.request(method, f"/api/v1{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def refused(
    client: httpx2.AsyncClient, method: str, path: str, body: Any = None
) -> tuple[int, str, Any]:
    """Status, code and whole body of an answer that is a problem."""
    answer = await client.request(method, f"/api/v1{path}", json=body)
    assert not answer.is_success, answer.text
    return answer.status_code, answer.json()["code"], answer.json()


async def told(account: UUID) -> set[tuple[str, str, bool]]:
    """(table, id, deleted) of all rows that were told of."""
    entries: Any = await connections.state().xrange(f"igny8:{{{account}}}:events")
    found = [msgspec.json.decode(fields[b"event"]) for _, fields in entries]
    return {
        (event["table"], row, event["deleted"])
        for event in found
        if event["type"] == "rows"
        for row in event["ids"]
    }
