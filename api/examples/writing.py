"""Answers about articles and their images, by the name of their schema."""

from typing import Any

from api.examples.ids import CLUSTER, CONTENT, IMAGE, TASK
from api.examples.planning import MADE, PLAN

TITLE = PLAN["title"]
ARTICLE = {
    "id": CONTENT,
    "version": 8,
    **MADE,
    "generation_status": "completed",
    "status": "review",
    "title": TITLE,
    "slug": "green-tea-benefits-what-to-know-before-you-start",
    "meta_title": "Green Tea Benefits: What to Know",
    "meta_description": "What green tea does, what is proved of it, and how to begin today.",
    "excerpt": "Green tea in plain words: what matters, what does not, and where to begin.",
    "word_count": 820,
    "language": "en",
    "demo": False,
    "approved_at": None,
    "approved_by": None,
    "task_id": TASK,
    "task": {
        "id": TASK,
        "title": TITLE,
        "content_type": PLAN["content_type"],
        "primary_keyword": PLAN["primary_keyword"],
        "target_words": PLAN["target_words"],
        "cluster_id": CLUSTER,
        "cluster_name": "Green Tea",
    },
    "image_counts": {"total": 3, "drawn": 3},
    "review": {"result": "needs_attention", "reasons": 1, "outdated": False},
}
IMAGE_ROW = {
    "id": IMAGE,
    "version": 5,
    **MADE,
    "generation_status": "completed",
    "content_id": CONTENT,
    "content_title": TITLE,
    "kind": "featured",
    "position": 0,
    "section": "",
    "prompt": "A cup of green tea on a wooden table, soft morning light",
    "alt": "A cup of green tea on a wooden table",
    "drawn": True,
    "width": 1024,
    "height": 1024,
    "size": 49739,
    "digest": "38077b60ad211a427a101ec75ed527cf29c49437e47c13c7b6e3295adddd056e",
    "demo": False,
}
TOO_SHORT = "The article has 820 words, 18% below its target of 1,000."
EXTEND = {"kind": "write_again", "label": "Extend the article", "target": ""}
REPORT = {
    "version": 8,
    "result": "needs_attention",
    "reasons": [{"check": "words", "message": TOO_SHORT, "place": "body", "fix": EXTEND}],
    "checks": [
        {
            "name": "words",
            "verdict": "block",
            "value": 820,
            "limit": "850 to 1,150 words (target 1,000, ±15 %)",
            "place": "body",
            "message": TOO_SHORT,
            "fix": EXTEND,
        },
        {
            "name": "meta_title_length",
            "verdict": "pass",
            "value": 32,
            "limit": "15 to 65 characters",
            "place": "meta title",
        },
    ],
}

ANSWERS: dict[str, dict[str, Any]] = {
    "ContentPage": {"items": [ARTICLE], "next": None},
    "Content": {
        **ARTICLE,
        "body": "Green tea is made of leaves.\n\n## Where to begin\n\nWith warm water.",
        "report": REPORT,
        "images": [IMAGE_ROW],
    },
    "Html": {"html": "<h2>Where to begin</h2>\n<p>With warm water.</p>\n"},
    "ImageRow": IMAGE_ROW,
    "ImagePage": {"items": [IMAGE_ROW], "next": None},
}
