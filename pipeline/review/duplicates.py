"""Has the account an article that says the same?

The likeness of two texts is the share of their three-word sequences that both have (Jaccard). Texts
are compared by sketches, the `SIZE` smallest hashes of their sequences, kept in `content.review`:
an article costs one query, whatever the number and length of the others. The estimate is off by
0.04 on average. Two texts alike by 0.3 share one of the `KEYS` smallest hashes but in one case of
five thousand; of the articles that share one, the `CANDIDATES` newest are compared.
"""

import hashlib
import re
from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from pipeline.review.article import plain
from pipeline.review.report import Check, Fix, judged, verdict
from pipeline.words import key_of

BLOCKS, WARNS = 0.5, 0.3
SIZE = 128
KEYS = 24
CANDIDATES = 50

_WORD = re.compile(r"[^\W_]+")


class Alike(msgspec.Struct, frozen=True):
    """The most similar other article."""

    id: UUID
    title: str
    likeness: float


def sketch(body: str) -> list[str]:
    """The smallest hashes (48 bits, hexadecimal) of the three-word sequences of a body, rising."""
    words = _WORD.findall(key_of(plain(body)))
    sequences = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    hashes = (hashlib.blake2b(text.encode(), digest_size=6).hexdigest() for text in sequences)
    return sorted(hashes)[:SIZE]


def likeness(one: list[str], other: list[str]) -> float:
    """Estimated likeness of two texts from their sketches, 0 to 1; exact for short texts."""
    smallest = sorted({*one, *other})[:SIZE]
    both = set(one) & set(other)
    return sum(value in both for value in smallest) / len(smallest) if smallest else 0.0


def most_alike(mine: list[str], others: Iterable[tuple[UUID, str, list[str]]]) -> Alike | None:
    """The most similar of `others` (id, title, sketch)."""
    found = [Alike(who, title, round(likeness(mine, their), 2)) for who, title, their in others]
    return max(found, key=lambda alike: alike.likeness, default=None)


_ALIKE = f"""
    select id, title, review -> 'sketch' as sketch from content
    where account_id = $1 and id <> $2 and review -> 'sketch' ?| $3::text[]
    order by id desc limit {CANDIDATES}"""


async def find_alike(
    connection: asyncpg.Connection, account_id: UUID, content_id: UUID, mine: list[str]
) -> Alike | None:
    """The most similar reviewed article of the account, if any shares a piece of the sketch."""
    rows = await connection.fetch(_ALIKE, account_id, content_id, mine[:KEYS])
    return most_alike(mine, ((row["id"], row["title"], row["sketch"]) for row in rows))


def check(alike: Alike | None) -> Check:
    """The verdict on the most similar article."""
    share = alike.likeness if alike else 0.0
    title = alike.title if alike else ""
    return judged(
        "near_duplicate",
        verdict(share >= BLOCKS, share >= WARNS),
        value=share,
        limit=f"below {WARNS} is fine, from {BLOCKS} on it is a copy",
        place="body",
        message=f"{share:.0%} of the text stands in the article “{title}” too.",
        fix=Fix("compare", "Compare the articles", str(alike.id) if alike else ""),
    )
