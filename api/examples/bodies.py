"""A right body of every operation that takes JSON, by operation id."""

from typing import Any

from api.examples.ids import (
    CLUSTER,
    CONTENT,
    IDEA,
    IMAGE,
    KEYWORD,
    OTHER_CLUSTER,
    OTHER_KEYWORD,
    TASK,
)

MOVE = {"version": 3}
RUN = {
    "first_stage": 1,
    "last_stage": 7,
    "selection": [KEYWORD, OTHER_KEYWORD],
    "order": "flow",
}

BODIES: dict[str, dict[str, Any]] = {
    "sign_in": {"email": "anna@example.com", "password": "correct horse battery"},
    "sign_in_by_link": {"token": "the part of the link after #token="},
    "change_password": {"current": "correct horse battery", "new": "a longer one, better kept"},
    "add_user": {"email": "anna@example.com", "role": "member"},
    "change_user": {"role": "admin"},
    "make_token": {"name": "nightly"},
    "add_keyword": {"text": "green tea benefits", "volume": 5400, "difficulty": 38.0},
    "edit_keyword": {"version": 3, "volume": 6600, "intent": "informational"},
    "move_keywords": {"ids": [KEYWORD], "cluster_id": CLUSTER},
    "delete_keywords": {"ids": [KEYWORD, OTHER_KEYWORD]},
    "add_cluster": {"name": "Green tea", "intent": "informational"},
    "edit_cluster": {"version": 3, "name": "Green tea", "locked": True},
    "merge_clusters": {"into": CLUSTER, "ids": [OTHER_CLUSTER]},
    "delete_clusters": {"ids": [OTHER_CLUSTER]},
    "edit_idea": {"version": 3, "title": "Green tea: what it does", "target_words": 900},
    "delete_ideas": {"ids": [IDEA]},
    "edit_task": {"version": 3, "title": "Green tea: what it does", "language": "en"},
    "delete_tasks": {"ids": [TASK]},
    "edit_content": {"version": 3, "slug": "green-tea", "body": "## Green tea\n\nA short text."},
    "preview_content": {"body": "## Green tea\n\nA short text."},
    "delete_content": {"ids": [CONTENT]},
    "export_many": {"ids": [CONTENT], "format": "html"},
    "approve_content": MOVE,
    "publish_content": MOVE,
    "archive_content": MOVE,
    "draft_content": MOVE,
    "edit_image": {"version": 3, "prompt": "A cup of green tea", "alt": "A cup of green tea"},
    "delete_images": {"ids": [IMAGE]},
    "estimate_run": RUN,
    "start_run": RUN,
    "retry_run": {"stage": 4, "items": [TASK]},
    "top_up": {"amount": 1000, "note": "November"},
}
