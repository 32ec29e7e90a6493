"""Texts made to be slow to look at are looked at in bounded time."""

import asyncio

import msgspec
import pytest

from pipeline.review import duplicates, inspect
from tests.review.samples import STORE, good_articles, store

LIMIT = 60.0


@pytest.mark.parametrize("piece", ["[", "[a](", "[insert ", "<insert ", "`", "![[", "```\n"])
async def test_a_body_of_one_repeated_mark_is_checked(piece: str) -> None:
    body = piece * (100_000 // len(piece))
    article = msgspec.structs.replace(good_articles()[0], body=body)
    async with asyncio.timeout(LIMIT):
        checks = await asyncio.to_thread(inspect, article, store(STORE))
        await asyncio.to_thread(duplicates.sketch, body)
    assert any(check.verdict == "block" for check in checks)
