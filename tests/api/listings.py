"""A list of keywords with an order of each kind, for tests of paging and editing."""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from api.paging import ARRIVAL, Listing, Sort, Wanted, page
from piccolo_conf import DB

KEYWORDS = Listing(
    table="keyword",
    noun="keyword",
    columns="r.id, r.version, r.text, r.volume, r.difficulty, r.status, r.updated_at",
    sorts={
        "created_at": ARRIVAL,
        "text": Sort("r.key", str),
        "volume": Sort("r.volume", int, nullable=True),
        "difficulty": Sort("r.difficulty", float, nullable=True),
        "updated_at": Sort("r.updated_at", datetime),
    },
    search=("r.text", "r.country"),
)
ORDERS = [sign + name for name in KEYWORDS.sorts for sign in ("", "-")]


async def add(account: UUID, rows: Iterable[tuple[int | None, float | None]]) -> list[UUID]:
    """Keywords of these volumes and difficulties, their texts random."""
    async with DB.connection() as connection:
        return [
            await connection.fetchval(
                "insert into keyword (account_id, text, key, volume, difficulty)"
                " values ($1, $2, $2, $3, $4) returning id",
                *(account, os.urandom(4).hex(), volume, difficulty),
            )
            for volume, difficulty in rows
        ]


async def all_pages(account: UUID, sort: str, limit: int, **wanted: Any) -> list[list[Any]]:
    pages, after = [], None
    while True:
        rows, after = await page(
            KEYWORDS, account, sort, Wanted(after=after, limit=limit, **wanted)
        )
        pages.append(rows)
        if after is None:
            return pages
