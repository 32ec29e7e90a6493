"""Content ideas of a cluster: titles with their keyword, outlines sized to the target length."""

import random
from typing import Any

from pipeline.demo.phrases import capital, number_of, title_case, topic_of

_TITLES: dict[str, tuple[str, ...]] = {
    "how-to": (
        "{Kw}: A Step-by-Step Walkthrough",
        "{Kw}: How to Get It Right the First Time",
        "{Kw} Without the Guesswork",
    ),
    "guide": (
        "{Kw}: A Practical Guide",
        "The Complete Guide to {Kw}",
        "{Kw}: What to Know Before You Start",
        "{Kw}: A Field Guide for Everyday Use",
    ),
    "list": (
        "{Kw}: 7 Things Worth Knowing",
        "{Kw}: 9 Mistakes and How to Avoid Them",
        "{Kw}: 5 Habits That Make a Difference",
    ),
    "comparison": (
        "{Kw}: The Options Compared",
        "{Kw}: Which One Fits Your Needs",
        "{Kw} Compared Side by Side",
    ),
    "review": (
        "{Kw}: What Holds Up in Daily Use",
        "{Kw}: An Honest Look After Six Months",
    ),
    "explainer": (
        "{Kw} Explained in Plain Words",
        "{Kw}: How It Works and Why It Matters",
        "{Kw}: The Basics, Clearly Explained",
    ),
    "faq": (
        "{Kw}: Common Questions Answered",
        "{Kw}: What People Ask Most",
    ),
}
_BY_INTENT = {
    "commercial": ("comparison", "review", "list", "guide"),
    "transactional": ("comparison", "review", "guide", "list"),
    "navigational": ("explainer", "faq", "guide"),
}
_USUAL = ("guide", "how-to", "explainer", "list", "faq", "comparison")

_OPENING = ("Why {topic} matters", "{Topic} at a glance", "The short answer", "Where to begin")
_MIDDLE = (
    "What to look for in {topic}",
    "Getting ready",
    "{Topic} step by step",
    "Tools and materials",
    "Costs, time and effort",
    "Common mistakes and how to avoid them",
    "How {other} fits in",
    "Choosing between the options",
    "What experience teaches about {topic}",
    "Fixing typical problems",
    "Keeping good results over time",
    "A simple plan for the first week",
    "Signs that something is off",
    "Small changes with a large effect",
    "{Topic} on a small budget",
    "When {other} is the better choice",
)
_CLOSING = ("Key points to remember", "Next steps", "Questions people often ask", "The bottom line")


def ideas(data: dict[str, Any]) -> dict[str, Any]:
    """The answer to Ideas: `count` of them, none with a title that exists already."""
    cluster = data["cluster"]
    keywords = sorted(cluster["keywords"], key=lambda k: -(k.get("volume") or 0))
    texts = [k["text"] for k in keywords] or [cluster["name"]]
    taken = {str(title).casefold() for title in data.get("existing_titles") or []}
    chance = random.Random(number_of(cluster["name"] + str(data["count"])))  # noqa: S311
    kinds = _BY_INTENT.get(cluster.get("intent") or "", _USUAL)
    found = []
    for index in range(int(data["count"])):
        primary = texts[index % len(texts)]
        kind = kinds[index % len(kinds)]
        title = _title(primary, kind, taken, chance)
        taken.add(title.casefold())
        others = [text for text in texts if text != primary]
        found.append(_idea(title, kind, primary, others, int(data["target_words"]), chance))
    return {"ideas": found}


def _title(keyword: str, kind: str, taken: set[str], chance: random.Random) -> str:
    kinds = [kind, *(other for other in _TITLES if other != kind)]
    for name in kinds:
        for pattern in chance.sample(_TITLES[name], len(_TITLES[name])):
            title = pattern.format(Kw=title_case(keyword))
            if title.casefold() not in taken:
                return title
    part = 2
    while f"{keyword}: part {part}".casefold() in taken:
        part += 1
    return f"{title_case(keyword)}: Part {part}"


def _idea(
    title: str, kind: str, primary: str, others: list[str], target: int, chance: random.Random
) -> dict[str, Any]:
    topic = topic_of(primary)
    count = min(7, max(4, round(target / 190)))
    patterns = [
        chance.choice(_OPENING),
        *chance.sample(_MIDDLE, count - 2),
        chance.choice(_CLOSING),
    ]
    other = topic_of(chance.choice(others)) if others else "a simpler way"
    outline = [
        {
            "heading": pattern.format(topic=topic, Topic=capital(topic), other=other),
            "notes": f"About {round(target / count / 10) * 10} words on {topic}: "
            + chance.choice(("facts first, then an example", "practical, with one short list")),
        }
        for pattern in patterns
    ]
    return {
        "title": title,
        "summary": f"A {kind} for readers who search for “{primary}”: what it is, what to watch, "
        "and what to do next. (Demo idea)",
        "content_type": kind,
        "primary_keyword": primary,
        "secondary_keywords": chance.sample(others, min(4, len(others))),
        "target_words": target,
        "outline": outline,
    }
