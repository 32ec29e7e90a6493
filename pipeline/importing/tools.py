"""Whose export a file is, told by its header.

To recognise one more, add it to `TOOLS`, the more special before the more general; names are folded
as in `columns.py`. Columns can be switched off in most tools, so a few telling names must do.
"""

from collections.abc import Sequence

import msgspec


class Tool(msgspec.Struct, frozen=True):
    """An export: each set of `marks` has names of which one at least stands in its header.

    `intents` are intents as it numbers them; `flags` says that each intent has a column of its own.
    """

    name: str
    marks: tuple[frozenset[str], ...]
    intents: dict[str, str] = {}
    flags: bool = False


def _marks(*groups: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(group.split("|")) for group in groups)


FLAGS = ("informational", "commercial", "transactional", "navigational")

TOOLS = (
    Tool("Google Search Console", _marks("top queries|query", "impressions", "ctr", "position")),
    Tool(
        "Bing Webmaster Tools",
        _marks("query|keyword", "impressions", "ctr", "average position|avg position"),
    ),
    Tool(
        "Google Keyword Planner",
        _marks("keyword", "avg monthly searches", "currency|competition|top of page bid"),
    ),
    Tool(
        "Semrush API",
        _marks("database", "keyword", "keyword difficulty index"),
        intents={
            "0": "commercial",
            "1": "informational",
            "2": "navigational",
            "3": "transactional",
        },
    ),
    Tool("Semrush Keyword Strategy Builder", _marks("keyword", "seed keyword", "topic|page type")),
    Tool(
        "Semrush Organic Positions",
        _marks("keyword", "position", "traffic cost|keyword intents|position type"),
    ),
    Tool(
        "Ahrefs Keywords Explorer",
        _marks("keyword", "parent keyword|cps|global volume|traffic potential", "difficulty"),
    ),
    Tool("Ahrefs Site Explorer", _marks("keyword", "kd", "current url|branded"), flags=True),
    Tool("Semrush Keyword Magic", _marks("keyword", "competitive density|number of results")),
)


def recognise(names: Sequence[str]) -> tuple[str | None, dict[str, int], dict[str, str]]:
    """Tool, the index of each intent's own column, and its numbers of intents; None if unknown.

    `names` is the folded header.
    """
    present = set(names)
    for tool in TOOLS:
        if all(marks & present for marks in tool.marks):
            flags = {name: names.index(name) for name in FLAGS if tool.flags and name in present}
            return tool.name, flags, tool.intents
    return None, {}, {}
