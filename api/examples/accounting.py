"""Answers about people, tokens, credits, settings and health, by the name of their schema."""

from typing import Any

from api.examples.ids import ACCOUNT, CONTENT, RUN, USER
from api.examples.planning import PLAN

SIGNED_UP = "2026-11-23T08:30:00Z"
USED = {
    "held": 40,
    "charged": 10,
    "released": 0,
    "left": 30,
    "completed": 1,
    "tokens_in": 651,
    "tokens_out": 1349,
    "untold": 0,
}
USER_ROW = {
    "id": USER,
    "email": "anna@example.com",
    "role": "member",
    "has_password": False,
    "created_at": SIGNED_UP,
    "seen_at": None,
}
LINK = {
    "path": "/sign-in#token=IaNsdC34jGnldk6BF6LzT1NTIPasAXRXkimjmve0L9A",
    "expires_at": "2026-11-25T08:30:00Z",
}
NAMED = {"id": "019aa8e1-6b38-7e50-95d7-3c8f1a0e4b62", "name": "nightly"}
TOKEN_ROW = {
    **NAMED,
    "email": "anna@example.com",
    "created_at": SIGNED_UP,
    "used_at": None,
}
TEXT_MODEL = "gpt-4.1-mini"

ANSWERS: dict[str, dict[str, Any]] = {
    "SessionInfo": {
        "user": {"id": USER, "email": "anna@example.com", "role": "admin", "has_password": True},
        "account": {"id": ACCOUNT, "name": "My account"},
        "demo": False,
        "version": "0.1.0",
        "purchase_url": "/credits",
    },
    "UserRow": USER_ROW,
    "UserPage": {"items": [USER_ROW], "next": None},
    "MadeUser": {"user": USER_ROW, "link": LINK},
    "MadeLink": LINK,
    "TokenPage": {"items": [TOKEN_ROW], "next": None},
    "MadeToken": {
        **NAMED,
        "token": "igny8_q2-hcm_fSgqFEcTYxhVa9I5PchCOmlcRqvL4LX_nc9I",
    },
    "Credits": {
        "balance": 9960,
        "held": 30,
        "prices": {
            "auto_cluster": {"credits": 1, "unit": "keyword"},
            "generate_ideas": {"credits": 2, "unit": "idea"},
            "create_tasks": {"credits": 0, "unit": "task"},
            "generate_content": {"credits": 1, "unit": "100 words"},
            "generate_image_prompts": {"credits": 1, "unit": "article"},
            "generate_images": {"credits": 2, "unit": "image"},
            "final_review": {"credits": 0, "unit": "article"},
        },
        "purchase_url": "/credits",
    },
    "EntryPage": {
        "items": [
            {
                "id": 42,
                "kind": "charge",
                "amount": 0,
                "held": -10,
                "run_id": RUN,
                "stage": 4,
                "item_id": CONTENT,
                "note": "",
                "created_at": "2026-11-23T09:02:31Z",
                "title": PLAN["title"],
            }
        ],
        "next": None,
    },
    "UsagePage": {
        "items": [
            {
                "run_id": RUN,
                "function": "generate_content",
                "status": "running",
                "started_at": "2026-11-23T09:00:00Z",
                "ended_at": None,
                "use": USED,
                "stages": [{"stage": 4, "function": "generate_content", "use": USED}],
            }
        ],
        "next": None,
    },
    "ProviderSettings": {
        "endpoint": "https://api.openai.com/v1",
        "demo": False,
        "key_set": True,
        "models": {
            "auto_cluster": TEXT_MODEL,
            "generate_ideas": TEXT_MODEL,
            "generate_content": TEXT_MODEL,
            "generate_image_prompts": TEXT_MODEL,
            "generate_images": "gpt-image-1-mini",
        },
        "embedding_model": "text-embedding-3-small",
        "image_size": "1024x1024",
    },
    "Tested": {
        "ok": True,
        "findings": [
            {"name": "AI service", "ok": True, "detail": "api.openai.com", "advice": ""},
            {"name": "streaming", "ok": True, "detail": f"{TEXT_MODEL} streams", "advice": ""},
        ],
    },
    "Alive": {"alive": True},
    "Readiness": {
        "ready": True,
        "checks": {
            "postgresql": {"ok": True, "detail": "PostgreSQL 18.4"},
            "redis": {"ok": True, "detail": "answers and takes writes"},
            "migrations": {"ok": True, "detail": "all applied"},
            "workers": {"ok": True, "detail": "1 for text and 1 for images"},
        },
    },
}
