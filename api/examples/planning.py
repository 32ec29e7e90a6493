"""Answers about keywords, clusters, ideas and tasks, by the name of their schema."""

from typing import Any

from api.examples.ids import (
    CLUSTER,
    CONTENT,
    GONE,
    IDEA,
    KEYWORD,
    OTHER_KEYWORD,
    TASK,
)

MADE = {"created_at": "2026-11-23T09:00:00Z", "updated_at": "2026-11-23T09:04:12Z"}
IN_CLUSTER = {"cluster_id": CLUSTER, "cluster_name": "Green Tea"}
SKIPPED_KEYWORD = [{"id": GONE, "reason": "There is no such keyword."}]
UNREAD = [{"line": 9, "column": "volume", "text": "9x"}]
REJECTED = [{"line": 8, "text": "| 12 | 3 | 1 |  | us", "reason": "no keyword in this row"}]
PLAN = {
    "title": "Green Tea Benefits: What to Know Before You Start",
    "summary": "What the leaf does, how much of it is proved, and how to begin.",
    "outline": [
        {"heading": "Where to begin", "notes": "About 100 words: facts first, then an example"},
        {"heading": "What is proved", "notes": "One short list, each with its source"},
    ],
    "primary_keyword": "green tea benefits",
    "secondary_keywords": ["best green tea", "green tea caffeine"],
    "content_type": "guide",
    "target_words": 1000,
    "language": "en",
    "demo": False,
}

KEYWORD_ROW = {
    "id": KEYWORD,
    "version": 3,
    "text": "green tea benefits",
    "country": "US",
    "volume": 5400,
    "difficulty": 38.0,
    "cpc": 0.8,
    "intent": "informational",
    **IN_CLUSTER,
    "placed_by": "ai",
    "status": "mapped",
    "generation_status": "completed",
    **MADE,
}
CLUSTER_ROW = {
    "id": CLUSTER,
    "version": 4,
    "name": "Green Tea",
    "intent": "informational",
    "locked": False,
    "keyword_count": 7,
    "idea_count": 2,
    "demo": False,
    "status": "mapped",
    "generation_status": "completed",
    **MADE,
}
IDEA_ROW = {
    "id": IDEA,
    "version": 4,
    **IN_CLUSTER,
    "task_id": TASK,
    **PLAN,
    "status": "completed",
    "generation_status": "completed",
    **MADE,
}
TASK_ROW = {
    "id": TASK,
    "version": 5,
    **MADE,
    "generation_status": "completed",
    "status": "completed",
    **PLAN,
    "idea_id": IDEA,
    **IN_CLUSTER,
    "content_id": CONTENT,
}
READ = {"key": "green tea benefits", "line": 2} | {
    column: KEYWORD_ROW[column]
    for column in ("text", "country", "volume", "difficulty", "cpc", "intent")
}

ANSWERS: dict[str, dict[str, Any]] = {
    "KeywordRow": KEYWORD_ROW,
    "KeywordPage": {"items": [KEYWORD_ROW], "next": None},
    "ClusterRow": CLUSTER_ROW,
    "ClusterPage": {"items": [CLUSTER_ROW], "next": None},
    "IdeaRow": IDEA_ROW,
    "IdeaPage": {"items": [IDEA_ROW], "next": None},
    "TaskRow": TASK_ROW,
    "TaskPage": {"items": [TASK_ROW], "next": None},
    "IdList": {"ids": [KEYWORD, OTHER_KEYWORD], "total": 2},
    "Deleted": {"deleted": 1, "skipped": SKIPPED_KEYWORD},
    "Moved": {"moved": 1, "skipped": SKIPPED_KEYWORD},
    "Merged": {
        "cluster": CLUSTER_ROW,
        "merged": 1,
        "keywords": 3,
        "ideas": 1,
        "duplicates": [
            {
                "id": IDEA,
                "title": PLAN["title"],
                "outcome": "renamed",
                "new_title": f"{PLAN['title']} (2)",
            }
        ],
        "skipped": [],
    },
    "ImportPreview": {
        "tool": "Semrush",
        "encoding": "utf-8",
        "delimiter": ",",
        "header_line": 1,
        "header": ["Keyword", "Intent", "Volume", "Keyword Difficulty", "CPC (USD)"],
        "mapping": {"keyword": 0, "intent": 1, "volume": 2, "difficulty": 3, "cpc": 4},
        "cells": [["green tea benefits", "Informational", "5400", "38", "0.80"]],
        "sample": [READ],
        "counts": {"new": 7, "known": 2, "duplicates": 1, "rejected": 1, "unread": 1},
        "rejected": REJECTED,
        "unread": UNREAD,
    },
    "Imported": {
        "created": 2,
        "known": 2,
        "duplicates": 1,
        "rejected": REJECTED,
        "unread": UNREAD,
        "mapping": {"keyword": "Keyword", "volume": "Volume", "cpc": "CPC (USD)"},
        "tool": "Semrush",
        "encoding": "utf-8",
        "delimiter": ",",
        "ids": [KEYWORD, OTHER_KEYWORD],
    },
}
