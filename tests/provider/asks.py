"""Questions that the tests ask, with the data that the demo server understands."""

from typing import Any

import msgspec

from pipeline import provider
from pipeline.stage import Usage


class Group(msgspec.Struct):
    existing_id: int | None
    name: str
    intent: str
    keyword_ids: list[int]


class ClusterGroups(msgspec.Struct):
    groups: list[Group]


class Article(msgspec.Struct):
    title: str
    slug: str
    meta_title: str
    meta_description: str
    excerpt: str
    body: str


KEYWORDS = ("burr coffee grinder", "manual coffee grinder", "sourdough starter", "sourdough bread")
PLAN: dict[str, Any] = {
    "title": "Coffee Grinder: A Practical Guide",
    "summary": "",
    "content_type": "guide",
    "primary_keyword": "coffee grinder",
    "secondary_keywords": ["burr grinder", "grind size"],
    "target_words": 600,
    "language": "en",
    "outline": [{"heading": f"Part {name}", "notes": ""} for name in ("one", "two", "three")],
}


def groups_prompt(keywords: tuple[str, ...] = KEYWORDS) -> provider.Prompt:
    listed = [{"id": number, "text": text} for number, text in enumerate(keywords, 1)]
    data = {"existing": [], "keywords": listed, "granularity": "one page per need"}
    return provider.Prompt("You sort keywords.", f"Sort these.\n\n{provider.data_block(data)}")


async def ask_groups(usage: Usage | None = None, **options: Any) -> ClusterGroups:
    return await provider.ask(
        groups_prompt(), ClusterGroups, function="auto_cluster", usage=usage or Usage(), **options
    )


async def ask_article(usage: Usage | None = None, **options: Any) -> Article:
    prompt = provider.Prompt("You write.", f"Write this.\n\n{provider.data_block(PLAN)}")
    return await provider.ask(
        prompt, Article, function="generate_content", usage=usage or Usage(), **options
    )


def all_ids(answer: ClusterGroups) -> list[str]:
    """A check as the stages make them: every id once."""
    found = sorted(number for group in answer.groups for number in group.keyword_ids)
    wanted = list(range(1, len(KEYWORDS) + 1))
    return [] if found == wanted else [f"the ids have to be {wanted}, they are {found}"]
