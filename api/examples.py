"""A right body of every operation that takes JSON, for the docs page and for generated clients.

`tests/api/test_description.py` holds that each fits its struct and that none is missing.
"""

from typing import Any

ROW = "019aa8f2-6c1e-7d34-9b5a-3f0e8c2d7a61"
OTHER = "019aa8f2-6c1e-7d35-8c4b-51d2a9e07f13"
CHOSEN = {"ids": [ROW, OTHER]}
MOVE = {"version": 3}
RUN = {"first_stage": 1, "last_stage": 7, "selection": [ROW, OTHER], "order": "flow"}

EXAMPLES: dict[str, dict[str, Any]] = {
    "sign_in": {"email": "anna@example.com", "password": "correct horse battery"},
    "sign_in_by_link": {"token": "the part of the link after #token="},
    "change_password": {"current": "correct horse battery", "new": "a longer one, better kept"},
    "add_user": {"email": "anna@example.com", "role": "member"},
    "change_user": {"role": "admin"},
    "make_token": {"name": "nightly"},
    "add_keyword": {"text": "green tea benefits", "volume": 5400, "difficulty": 38.0},
    "edit_keyword": {"version": 3, "volume": 6600, "intent": "informational"},
    "move_keywords": {"ids": [ROW], "cluster_id": OTHER},
    "delete_keywords": CHOSEN,
    "add_cluster": {"name": "Green tea", "intent": "informational"},
    "edit_cluster": {"version": 3, "name": "Green tea", "locked": True},
    "merge_clusters": {"into": ROW, "ids": [OTHER]},
    "delete_clusters": CHOSEN,
    "edit_idea": {"version": 3, "title": "Green tea: what it does", "target_words": 900},
    "delete_ideas": CHOSEN,
    "edit_task": {"version": 3, "title": "Green tea: what it does", "language": "en"},
    "delete_tasks": CHOSEN,
    "edit_content": {"version": 3, "slug": "green-tea", "body": "## Green tea\n\nA short text."},
    "preview_content": {"body": "## Green tea\n\nA short text."},
    "delete_content": CHOSEN,
    "export_many": {"ids": [ROW, OTHER], "format": "html"},
    "approve_content": MOVE,
    "publish_content": MOVE,
    "archive_content": MOVE,
    "draft_content": MOVE,
    "edit_image": {"version": 3, "prompt": "A cup of green tea", "alt": "A cup of green tea"},
    "delete_images": CHOSEN,
    "estimate_run": RUN,
    "start_run": RUN,
    "retry_run": {"stage": 4, "items": [ROW]},
    "top_up": {"amount": 1000, "note": "November"},
}
"""By operation id."""

BYTES = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}
FILES: dict[str, dict[str, dict[str, Any]]] = {
    "show_file": {"image/jpeg": BYTES, "image/png": BYTES, "image/webp": BYTES},
    "export_content": {
        "text/markdown": TEXT,
        "text/html": TEXT,
        "application/json": {"type": "object"},
    },
    "export_many": {"application/zip": BYTES},
}
"""By operation id, the kinds of files that an operation answers with, and their schemas."""

GROUPS = {
    "session": "Signing in and out",
    "users": "People of the account; for administrators",
    "tokens": "API tokens for scripts",
    "keywords": "Keywords and their import",
    "clusters": "Groups of keywords with one intent",
    "ideas": "What could be written about a cluster",
    "tasks": "Ideas that are planned in detail",
    "content": "Articles, their editorial way, export",
    "images": "Images of the articles and their files",
    "runs": "Running the stages, alone or one after the other",
    "events": "Live updates",
    "credits": "Balance, ledger, use",
    "settings": "The AI service that is used",
    "health": "For monitoring",
    "metrics": "For Prometheus",
}
"""The groups of operations, by the first word of their paths."""
