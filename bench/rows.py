"""Rows that measures start from: an account with credits, keywords of the sample, planned tasks."""

from pathlib import Path
from uuid import UUID

import asyncpg

from db.columns import uuid7
from piccolo_conf import DB
from pipeline import importing

SAMPLE = Path(__file__).resolve().parents[1] / "examples" / "keywords.csv"
WORDS = 1000
OUTLINE = [
    {"heading": heading, "notes": f"What to know about {heading.lower()}."}
    for heading in (
        "Beans and roast",
        "Water and heat",
        "Grinding at home",
        "Brewing step by step",
        "Cleaning the dripper",
    )
]


async def account(credits: int = 1_000_000) -> UUID:
    """An account whose ledger adds up to its balance."""
    made = uuid7()
    async with DB.transaction() as transaction:
        await transaction.connection.execute(
            "insert into account (id, name, balance) values ($1, $2, $3)",
            made,
            f"Bench {made}",
            credits,
        )
        await transaction.connection.execute(
            "insert into credit_entry (account_id, kind, amount, note)"
            " values ($1, 'top_up', $2, 'for the bench')",
            made,
            credits,
        )
    return made


async def keywords(owner: UUID, count: int) -> list[UUID]:
    """The first `count` keywords of the sample."""
    read = importing.read_keywords(SAMPLE.read_bytes())
    saved = await importing.save_keywords(owner, read.rows[:count])
    assert len(saved.ids) == count
    return saved.ids


async def many_keywords(owner: UUID, count: int) -> list[UUID]:
    """So many keywords that nobody would import them by hand."""
    made = [uuid7() for _ in range(count)]
    async with DB.connection() as connection:
        await connection.execute(
            "insert into keyword (id, account_id, text, key)"
            " select id, $2, name, name from unnest($1::uuid[]) with ordinality as new(id, n),"
            " format('keyword %s %s', $3::bigint, n) as name",
            made,
            owner,
            count,
            timeout=100,
        )
        await connection.execute("analyze keyword", timeout=100)
    return made


async def ideas(owner: UUID, count: int) -> list[UUID]:
    """Ideas with the same plan for an article of 1,000 words, under titles of their own."""
    made = [uuid7() for _ in range(count)]
    async with DB.transaction() as transaction:
        await _plan(transaction.connection, owner, made)
    return made


async def tasks(owner: UUID, count: int) -> list[UUID]:
    """Tasks with the same plan for an article of 1,000 words, under titles of their own."""
    made = [uuid7() for _ in range(count)]
    async with DB.transaction() as transaction:
        connection = transaction.connection
        await _plan(connection, owner, made)
        await connection.execute(
            "insert into task (id, account_id, idea_id, cluster_id, title, outline,"
            " primary_keyword, secondary_keywords, content_type, target_words)"
            " select id, account_id, id, cluster_id, title, outline, primary_keyword,"
            " secondary_keywords, content_type, target_words"
            " from content_idea where id = any($1)",
            made,
            timeout=100,
        )
        await connection.execute("analyze task; analyze content_idea")
    return made


async def _plan(connection: asyncpg.Connection, owner: UUID, ids: list[UUID]) -> None:
    """A cluster and ideas of it under these ids."""
    cluster, count = uuid7(), len(ids)
    titles = [f"Pour over coffee at home: a calm guide, part {n} of {count}" for n in range(count)]
    await connection.execute(
        "insert into cluster (id, account_id, name, key) values ($1, $2, $3, $3)",
        cluster,
        owner,
        f"pour over coffee {cluster}",
    )
    await connection.execute(
        "insert into content_idea (id, account_id, cluster_id, title, key, outline,"
        " primary_keyword, secondary_keywords, content_type, target_words)"
        " select id, $2, $3, title, title, $5, 'pour over coffee', '[]', 'guide', $6"
        " from unnest($1::uuid[], $4::text[]) as new(id, title)",
        ids,
        owner,
        cluster,
        titles,
        OUTLINE,
        WORDS,
        timeout=100,
    )
