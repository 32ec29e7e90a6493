"""Every operation succeeds once, and its answer is what the description says.

Schemathesis makes requests up; these are requests that a client makes, on rows that are there. An
operation that is new, and asked for nowhere below, fails the test by its name.
"""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import jsonschema_rs
import msgspec
import pytest
from litestar import Litestar

from api.auth import COOKIE
from db.status import CreditKind
from pipeline.errors import AIProviderError, payload
from tests.api import planner
from tests.api.articles import COFFEE, add_reviewed, image_of, value
from tests.api.people import PASSWORD, add_session, add_token, add_user

CSV = b"keyword,volume\nmatcha whisk,100\n"
ERROR = payload(
    AIProviderError("down"), phase="ai_call", stage=1, item="white tea", error_id="0123456789ab"
)
ENDLESS = {"stream_events"}
"""It never ends; tests/api/test_live_sockets.py reads it."""


class Walk:
    """Asks, validates the answer, and remembers what was asked."""

    def __init__(self, app: Litestar, client: httpx2.AsyncClient) -> None:
        self.client = client
        self.schema = app.openapi_schema.to_schema()
        self.left = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, item in self.schema["paths"].items()
            for method, operation in item.items()
        }
        self.all = dict(self.left)

    async def __call__(self, operation: str, **sends: Any) -> Any:
        """Ask for it; `id`, `stage` fill the path. Returns the JSON, or None."""
        method, path, described = self.all[operation]
        inside = {"stage": sends.pop("stage", 1)}
        row = sends.pop("id", None)
        words = [
            str(inside.get(word[1:-1], row)) if word.startswith("{") else word
            for word in path.split("/")
        ]
        answer = await self.client.request(method, "/".join(words), **sends)
        assert answer.is_success, f"{operation}: {answer.status_code} {answer.text}"
        found = described["responses"][str(answer.status_code)].get("content") or {}
        self.left.pop(operation, None)
        if not found:
            assert answer.content == b"", operation
            return None
        kind = answer.headers["content-type"].split(";")[0]
        assert kind in found, f"{operation}: {kind}"
        if kind != "application/json":
            assert answer.content
            return None
        self.check(operation, found[kind]["schema"], answer.json())
        return answer.json()

    def check(self, operation: str, schema: Any, value: Any) -> None:
        """Raises AssertionError where the value does not fit, and if it has unnamed fields."""
        whole = {**schema, "components": self.schema["components"]}
        validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        faults = [
            f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)
        ]
        assert not faults, f"{operation}: {faults}"


@pytest.fixture
async def walk(
    app: Litestar, administrator: httpx2.AsyncClient, media_store: Path, demo_url: str
) -> Walk:
    return Walk(app, administrator)


async def rows(walk: Walk, account: UUID) -> None:
    cluster, other = [await planner.cluster(account, name) for name in ("Tea", "Brewing")]
    keyword = await planner.keyword(account, "green tea", cluster)
    idea = await planner.idea(account, cluster, "What tea does")
    planned = await planner.idea(account, cluster, "How tea is made")
    task = await planner.task(account, planned)
    for table, row, change in (
        ("keyword", keyword, {"volume": 10}),
        ("cluster", cluster, {"locked": True}),
        ("idea", idea, {"target_words": 800}),
        ("task", task, {"language": "de"}),
    ):
        listed = await walk(f"list_{table}s")
        assert str(row) in {each["id"] for each in listed["items"]}
        assert str(row) in (await walk(f"list_{table}_ids"))["ids"]
        version = (await walk(f"show_{table}", id=row))["version"]
        await walk(f"edit_{table}", id=row, json={"version": version, **change})
    await walk("move_keywords", json={"ids": [str(keyword)], "cluster_id": str(other)})
    await walk("merge_clusters", json={"into": str(cluster), "ids": [str(other)]})
    await walk("add_keyword", json={"text": "oolong"})
    await walk("add_cluster", json={"name": "Oolong"})
    for operation in ("preview_import", "import_keywords"):
        await walk(operation, content=CSV, headers={"content-type": "text/csv"})
        await walk(operation, files={"file": ("keywords.csv", CSV, "text/csv")})
    for table, row in (("task", task), ("idea", idea), ("keyword", keyword), ("cluster", cluster)):
        assert (await walk(f"delete_{table}s", json={"ids": [str(row)]}))["deleted"] == 1


async def articles(walk: Walk, account: UUID) -> None:
    content = await add_reviewed(account, COFFEE)
    image = await image_of(content)
    await walk("list_content")
    await walk("list_content_ids")
    for move in ("approve", "publish", "archive", "draft"):
        version = (await walk("show_content", id=content))["version"]
        await walk(f"{move}_content", id=content, json={"version": version})
    version = (await walk("show_content", id=content))["version"]
    await walk("edit_content", id=content, json={"version": version, "excerpt": "Short."})
    await walk("show_html", id=content)
    await walk("preview_content", json={"body": "## Tea"})
    for form in ("markdown", "html", "json"):
        await walk("export_content", id=content, params={"format": form})
        await walk("export_many", json={"ids": [str(content)], "format": form})
    await walk("list_images")
    await walk("list_image_ids")
    version = (await walk("show_image", id=image))["version"]
    await walk("edit_image", id=image, json={"version": version, "alt": "A cup of coffee"})
    await walk("show_file", id=image)
    await walk("show_file", id=image, params={"width": 160})
    started = await walk("regenerate_image", id=image)
    await walk("cancel_run", id=started["id"])
    await walk("delete_images", json={"ids": [str(image)]})
    await walk("delete_content", json={"ids": [str(content)]})


async def runs(walk: Walk, account: UUID) -> None:
    keyword = await planner.keyword(account, "white tea")
    body = {"function": "auto_cluster", "selection": [str(keyword)]}
    await walk("estimate_run", json=body)
    run = (await walk("start_run", json=body))["id"]
    for move in ("show_run", "show_progress", "list_steps", "pause_run", "show_progress"):
        await walk(move, id=run)
    await walk("show_queues", id=run, stage=1)
    await walk("resume_run", id=run)
    await walk("cancel_run", id=run)
    await walk("show_progress", id=run)
    failed = await planner.running(account, 1, keyword)
    await value(
        "update run_item set status = 'failed', error = $2 where run_id = $1",
        failed,
        msgspec.to_builtins(ERROR),
    )
    await walk("list_runs")
    await walk("show_queues", id=failed, stage=1, params={"queue": "failed"})
    await walk("retry_run", id=failed, json={})
    await walk("list_usage")
    await walk("list_entries", params={"kind": CreditKind.TOP_UP.value})
    await walk("top_up", json={"amount": 5})
    await walk("list_entries")


async def people(walk: Walk, account: UUID) -> None:
    made = await walk("add_user", json={"email": "new@example.com"})
    user = made["user"]["id"] if "user" in made else made["id"]
    await walk("list_users")
    await walk("change_user", id=user, json={"role": "admin"})
    await walk("make_link", id=user)
    await walk("delete_user", id=user)
    token = await walk("make_token", json={"name": "nightly"})
    listed = await walk("list_tokens")
    assert token["token"] not in str(listed)
    await walk("revoke_token", id=listed["items"][0]["id"])


async def session(walk: Walk, account: UUID) -> None:
    mine = await add_user(account, "own@example.com", role="admin", password=PASSWORD)
    await add_token(mine)
    del walk.client.headers["authorization"]
    origin = {"sec-fetch-site": "same-origin"}
    await walk("sign_in", json={"email": "own@example.com", "password": PASSWORD}, headers=origin)
    walk.client.cookies.set(COOKIE, await add_session(mine))
    await walk("show_session")
    new = {"current": PASSWORD, "new": "another long enough one"}
    await walk("change_password", json=new, headers=origin)
    made = await walk("make_link", id=mine, headers=origin)
    secret = str(made["path"]).rpartition("=")[2]
    await walk("sign_out", headers=origin)
    walk.client.cookies.clear()
    await walk("sign_in_by_link", json={"token": secret}, headers=origin)


async def test_every_operation_answers_as_it_is_described(walk: Walk, account: UUID) -> None:
    await rows(walk, account)
    await articles(walk, account)
    await runs(walk, account)
    for operation in ("live", "list_events", "show_credits", "show_provider", "check_provider"):
        await walk(operation)
    await people(walk, account)
    await session(walk, account)
    assert walk.left.keys() - ENDLESS == {"ready"}  # tests/api/test_metrics.py has a worker
