"""Keyword rows into the database, all of them or none.

Set-wise statements instead of one upsert a row: existing rows are only written where something
unknown becomes known, so importing the same file again changes nothing.
"""

import asyncio
from collections.abc import Iterator, Sequence
from uuid import UUID

import asyncpg
import msgspec

from piccolo_conf import DB
from pipeline.importing.keywords import ReadKeyword

_ROWS = """
    unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::float8[], $7::float8[], $8::text[])
    as new (country, key, text, volume, difficulty, cpc, intent)"""

_CREATE = f"""
    insert into keyword (account_id, country, key, text, volume, difficulty, cpc, intent)
    select $1, * from {_ROWS}
    on conflict (account_id, country, key) do nothing
    returning 1"""

_FILL = f"""
    update keyword set
        volume = coalesce(keyword.volume, new.volume),
        difficulty = coalesce(keyword.difficulty, new.difficulty),
        cpc = coalesce(keyword.cpc, new.cpc),
        intent = coalesce(keyword.intent, new.intent)
    from {_ROWS}
    where keyword.account_id = $1 and keyword.country = new.country and keyword.key = new.key
        and (keyword.volume is null and new.volume is not null
            or keyword.difficulty is null and new.difficulty is not null
            or keyword.cpc is null and new.cpc is not null
            or keyword.intent is null and new.intent is not null)"""

_FIND = """
    select keyword.id
    from unnest($2::text[], $3::text[]) with ordinality as new (country, key, place)
    join keyword on keyword.account_id = $1
        and keyword.country = new.country and keyword.key = new.key
    order by new.place"""

_COUNT = """
    select count(*) from unnest($2::text[], $3::text[]) as new (country, key)
    join keyword on keyword.account_id = $1
        and keyword.country = new.country and keyword.key = new.key"""

CHUNK = 10_000
"""Rows a statement: smaller ones read the index anew too often, larger ones hold the event loop."""

_TIMEOUT = 120.0


class Saved(msgspec.Struct, frozen=True):
    """Ids in the order of the rows; how many rows are new and how many were known before."""

    ids: list[UUID]
    created: int
    joined: int


async def save_keywords(account_id: UUID, rows: Sequence[ReadKeyword]) -> Saved:
    """Create the keywords that the account does not have; fill what was unknown of the others.

    `rows` hold each keyword and country once, as `read_keywords` gives them. What is known already
    is not overwritten. One transaction: an error leaves nothing behind.
    """
    if not rows:
        return Saved([], 0, 0)
    created, ids = 0, []
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        # A plan kept from imports into a small table would read all of it once for every row.
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        # Two imports at once take the rows in the same order, so they cannot lock each other out.
        for chunk in _chunks(await asyncio.to_thread(sorted, rows, key=_identity)):
            created += await _save(connection, account_id, chunk)
        for chunk in _chunks(rows):
            ids += [
                row["id"]
                for row in await connection.fetch(
                    _FIND, account_id, *_columns(chunk, "country", "key"), timeout=_TIMEOUT
                )
            ]
    return Saved(ids, created, len(rows) - created)


async def count_known(account_id: UUID, rows: Sequence[ReadKeyword]) -> int:
    """How many of the rows the account has already."""
    known = 0
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        for chunk in _chunks(rows):
            columns = _columns(chunk, "country", "key")
            known += await connection.fetchval(_COUNT, account_id, *columns, timeout=_TIMEOUT)
    return known


async def _save(
    connection: asyncpg.Connection, account_id: UUID, rows: Sequence[ReadKeyword]
) -> int:
    """Save some rows; how many of them are new."""
    columns = _columns(rows, "country", "key", "text", "volume", "difficulty", "cpc", "intent")
    created = await connection.fetch(_CREATE, account_id, *columns, timeout=_TIMEOUT)
    if len(created) < len(rows):
        await connection.execute(_FILL, account_id, *columns, timeout=_TIMEOUT)
    return len(created)


def _identity(row: ReadKeyword) -> tuple[str, str]:
    return row.country, row.key


def _columns(rows: Sequence[ReadKeyword], *names: str) -> list[list[object]]:
    return [[getattr(row, name) for row in rows] for name in names]


def _chunks(rows: Sequence[ReadKeyword]) -> Iterator[Sequence[ReadKeyword]]:
    """Parts small enough to let other requests in between."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
