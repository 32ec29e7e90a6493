"""Answers about runs and the live updates, by the name of their schema.

The run they show stands at its fourth stage: of four tasks one is written, one failed, one is
being written and one waits.
"""

from typing import Any

from api.examples.ids import CONTENT, GONE, RUN, TASK
from api.examples.planning import PLAN

STARTED, NOW = "2026-11-23T09:00:00Z", "2026-11-23T09:03:30Z"
CURSOR = "1f0c9a7be2d44c1e90ab12cd.1763841600000-0"
NONE_OPEN = {"pending": 0, "processing": 0, "failed": 0, "cancelled": 0}
COUNTS = {"pending": 1, "processing": 1, "completed": 1, "failed": 1, "cancelled": 0}
WAITING = {**NONE_OPEN, "completed": 0, "items_total": 0, "percentage": 0.0, "result": None}
ERROR = {
    "status": "error",
    "error_type": "TimeoutError",
    "error_message": "The AI service did not answer within 120 seconds",
    "phase": "AI_CALL",
    "timestamp": "2026-11-23T09:03:02Z",
    "user_message": "Request timed out. Try again.",
    "action": {"kind": "retry", "label": "Retry", "href": None},
    "retryable": True,
    "stage": 4,
    "item": TASK,
    "error_id": "130685da077a",
}


def result(items: int, created: dict[str, int], credits: int, message: str) -> dict[str, Any]:
    """What a stage of so many items achieved."""
    return {
        "loaded": items,
        "completed": items,
        "failed": 0,
        "created": created,
        "seconds": 24.5,
        "item_seconds": 6.1,
        "credits": credits,
        "tokens_in": 1028 if credits else None,
        "tokens_out": 809 if credits else None,
        "message": message,
    }


CLUSTERED = result(7, {"clusters": 2}, 7, "7 keywords mapped into 2 clusters")
THOUGHT_OF = result(2, {"ideas": 4}, 8, "Generated 4 content ideas for 2 clusters")
PLANNED = result(4, {"tasks": 4}, 0, "4 tasks created from 4 ideas")


def stage(number: int, function: str, name: str, status: str, **more: Any) -> dict[str, Any]:
    """A stage's part of the progress; it is empty but for `more`."""
    named = {"stage": number, "function": function, "name": name, "status": status}
    return named | WAITING | more


def closed(items: int, achieved: dict[str, Any]) -> dict[str, Any]:
    """What a complete stage has more than an empty one."""
    return {"completed": items, "items_total": items, "percentage": 100.0, "result": achieved}


STEP = {"stage": 4, "phase": "INIT", "message": "Starting content", "percentage": 0.0}
STEP_AT = {**STEP, "at": 1795424526.5}
RUN_ROW = {
    "id": RUN,
    "function": None,
    "first_stage": 1,
    "last_stage": 7,
    "order": "stage_by_stage",
    "status": "running",
    "stage": 4,
    "concurrency": 16,
    "options": {
        "granularity": "need",
        "ideas_per_cluster": 2,
        "target_words": 1000,
        "images_per_article": 2,
        "language": "en",
    },
    "stage_1_result": CLUSTERED,
    "stage_2_result": THOUGHT_OF,
    "stage_3_result": PLANNED,
    "stage_4_result": None,
    "stage_5_result": None,
    "stage_6_result": None,
    "stage_7_result": None,
    "error": None,
    "credits_used": 25,
    "moves": ["pause", "cancel", "retry"],
    "started_by": "anna@example.com",
    "started_at": STARTED,
    "ended_at": None,
}
PROGRESS = {
    "run_id": RUN,
    "title": "Automation",
    "stage": 4,
    "function": "generate_content",
    "status": "running",
    "phase": "AI_CALL",
    "message": "Writing articles (2/4)",
    "percentage": 50.0,
    "items_total": 4,
    "items_processed": 2,
    "items_failed": 1,
    "current_item": PLAN["title"],
    "estimated_seconds_remaining": 95.0,
    "details": COUNTS,
    "updated_at": NOW,
    "order": "stage_by_stage",
    "concurrency": 16,
    "started_at": STARTED,
    "ended_at": None,
    "error": None,
    "stages": [
        stage(1, "auto_cluster", "Clustering", "closed", **closed(7, CLUSTERED)),
        stage(2, "generate_ideas", "Ideas", "closed", **closed(2, THOUGHT_OF)),
        stage(3, "create_tasks", "Tasks", "closed", **closed(4, PLANNED)),
        stage(4, "generate_content", "Content", "open", **COUNTS, items_total=4, percentage=50.0),
        stage(5, "generate_image_prompts", "Image prompts", "waiting"),
        stage(6, "generate_images", "Images", "waiting"),
        stage(7, "final_review", "Final review", "waiting"),
    ],
    "steps": [STEP_AT],
}
ITEM = {
    "id": TASK,
    "title": PLAN["title"],
    "position": 1,
    "attempts": 1,
    "started_at": "2026-11-23T09:01:02Z",
    "finished_at": None,
}
FORECAST = {
    "stages": [
        {
            "stage": 1,
            "function": "auto_cluster",
            "name": "Clustering",
            "items": 7,
            "items_known": True,
            "credits": 7,
        },
        {
            "stage": 2,
            "function": "generate_ideas",
            "name": "Ideas",
            "items": 2,
            "items_known": False,
            "credits": 8,
        },
    ],
    "credits": 15,
    "credits_known": False,
    "balance": 10000,
    "enough": True,
    "seconds_low": 40.0,
    "seconds_high": 95.0,
}

ANSWERS: dict[str, dict[str, Any]] = {
    "Run": RUN_ROW,
    "RunPage": {"items": [RUN_ROW], "next": None},
    "Forecast": FORECAST,
    "Progress": PROGRESS,
    "StepPage": {"items": [{"number": 1, **STEP_AT}], "next": None},
    "StageQueues": {
        "counts": COUNTS,
        "total": 4,
        "pending": [],
        "processing": [ITEM],
        "completed": [],
        "failed": [{"item": {**ITEM, "finished_at": ERROR["timestamp"]}, "error": ERROR}],
        "cancelled": [],
        "next": {},
    },
    "Cancelled": {
        "cancelled": {"4": 2},
        "completed": {"1": 7, "2": 2, "3": 4, "4": 1},
        "failed": {"4": 1},
        "released": 20,
    },
    "Retried": {
        "retried": {"4": [TASK]},
        "skipped": [{"item": GONE, "reason": "It is not an item of this run's stage."}],
    },
    "Batch": {
        "type": "batch",
        "cursor": CURSOR,
        "events": [
            {"type": "run", "run": RUN, "status": "running", "version": 2},
            {
                "type": "items",
                "run": RUN,
                "stage": 4,
                "status": "completed",
                "items": [TASK],
                "counts": COUNTS,
            },
            {
                "type": "rows",
                "table": "content",
                "ids": [CONTENT],
                "deleted": False,
                "many": False,
            },
            {"type": "credits", "balance": 9975},
        ],
    },
}
