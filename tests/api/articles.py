"""Articles of the tests of the API: rows, their reports, the addresses they are found at."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2

from piccolo_conf import DB
from pipeline import language
from pipeline.review import Article
from pipeline.review.reading import read_article
from pipeline.review.storing import examine, store
from tests.review.rows import add_article
from tests.review.samples import good_articles

COFFEE, TRAIL, BALKON = good_articles()
CONTENT = "/api/v1/content"
IMAGES = "/api/v1/images"


async def add_reviewed(account: UUID, article: Article = COFFEE, **columns: Any) -> UUID:
    """An article that has come through the final review."""
    content = await add_article(account, article, **columns)
    read = await read_article(account, content)
    assert read is not None
    await language.load()
    found = await asyncio.to_thread(examine, read)
    async with DB.transaction() as transaction:
        await store(transaction.connection, account, {content: found})
    return content


async def shown(client: httpx2.AsyncClient, content: UUID) -> dict[str, Any]:
    """The article as the API shows it."""
    answer = await client.get(f"{CONTENT}/{content}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def edit(client: httpx2.AsyncClient, content: UUID, **changes: Any) -> httpx2.Response:
    """A PATCH on the version of this moment, unless `changes` name one."""
    changes.setdefault("version", (await shown(client, content))["version"])
    return await client.patch(f"{CONTENT}/{content}", json=changes)


async def move(client: httpx2.AsyncClient, content: UUID, way: str) -> httpx2.Response:
    """A move on the version of this moment."""
    version = (await shown(client, content))["version"]
    return await client.post(f"{CONTENT}/{content}/{way}", json={"version": version})


async def image_of(content: UUID, position: int = 0) -> UUID:
    found: UUID = await value(
        "select id from image where content_id = $1 and position = $2", content, position
    )
    return found


def files_in(folder: Path) -> list[str]:
    """Names of the files of a folder, in order."""
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


async def value(query: str, *values: Any) -> Any:
    async with DB.connection() as connection:
        return await connection.fetchval(query, *values)


async def add_item(account: UUID, item: UUID, stage: int, run_status: str = "running") -> UUID:
    """A run of the account that has the row waiting in this stage."""
    run: UUID = await value(
        "insert into automation_run (account_id, first_stage, last_stage, stage, status)"
        " values ($1, $2, $2, $2, $3) returning id",
        *(account, stage, run_status),
    )
    await value(
        "insert into run_item (run_id, account_id, stage, item_id, position)"
        " values ($1, $2, $3, $4, 0)",
        *(run, account, stage, item),
    )
    return run
