"""Clusters over HTTP: make, rename, list with counts, delete with reasons."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api import planner
from tests.api.planner import ask, refused


async def test_a_cluster_is_made_and_shown_with_its_counts(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    made = await ask(client, "POST", "/clusters", {"name": " Green tea ", "locked": True})
    assert (made["name"], made["locked"], made["keyword_count"]) == ("Green tea", True, 0)
    row = UUID(made["id"])
    await planner.keyword(account, "tea", row)
    await planner.keyword(account, "buy tea", row)
    await planner.idea(account, row, "All about tea")
    shown = await ask(client, "GET", f"/clusters/{row}")
    assert (shown["keyword_count"], shown["idea_count"]) == (2, 1)


async def test_clusters_are_sorted_by_their_counts(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    ids = [await planner.cluster(account, name) for name in ("one", "two", "none")]
    for n, row in enumerate([ids[0], ids[1], ids[1]]):
        await planner.keyword(account, f"tea {n}", row)
    seen, after = [], None
    while True:
        params = {"sort": "-keyword_count", "limit": "1"} | ({"after": after} if after else {})
        page = (await client.get("/api/v1/clusters", params=params)).json()
        seen += [row["name"] for row in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == ["two", "one", "none"]
    assert (await ask(client, "GET", "/clusters/ids?locked=false"))["total"] == 3


async def test_a_cluster_cannot_take_the_name_of_another(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    await planner.cluster(account, "Green tea")
    row = await planner.cluster(account, "Black tea")
    for method, path, body in (
        ("POST", "/clusters", {"name": "green  TEA"}),
        ("PATCH", f"/clusters/{row}", {"version": 1, "name": "green  TEA"}),
    ):
        status, code, problem = await refused(client, method, path, body)
        assert (status, code) == (409, "duplicate")
        assert '"Green tea"' in problem["detail"]


async def test_a_name_may_be_written_differently(client: httpx2.AsyncClient, account: UUID) -> None:
    row = await planner.cluster(account, "green tea")
    changed = await ask(client, "PATCH", f"/clusters/{row}", {"version": 1, "name": "Green Tea"})
    assert (changed["name"], changed["version"]) == ("Green Tea", 2)
    assert ("cluster", str(row), False) in await planner.told(account)


async def test_of_two_editors_at_once_the_second_is_told(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    path = f"/api/v1/clusters/{await planner.cluster(account, 'tea')}"
    bodies: list[dict[str, Any]] = [{"locked": True}, {"intent": "commercial"}]
    answers = await asyncio.gather(*(client.patch(path, json={"version": 1} | b) for b in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


@pytest.mark.parametrize(
    ("field", "bad"),
    [("name", " "), ("name", "x" * 201), ("name", "a\0"), ("name", "…"), ("intent", ""), ("x", 1)],
)
async def test_what_a_cluster_cannot_hold_is_refused_by_field(
    client: httpx2.AsyncClient, account: UUID, field: str, bad: Any
) -> None:
    row = await planner.cluster(account, "tea")
    for method, path, body in (
        ("POST", "/clusters", {"name": "coffee", field: bad}),
        ("PATCH", f"/clusters/{row}", {"version": 1, field: bad}),
    ):
        status, _, problem = await refused(client, method, path, body)
        assert (status, [each["field"] for each in problem["errors"]]) == (400, [field])


async def test_a_deleted_cluster_leaves_its_keywords_and_takes_its_plans(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    row = await planner.cluster(account, "tea")
    keyword = await planner.keyword(account, "tea", row)
    idea = await planner.idea(account, row, "All about tea")
    task = await planner.task(account, idea)
    done = await ask(client, "POST", "/clusters/delete", {"ids": [str(row)]})
    assert (done["deleted"], done["skipped"]) == (1, [])
    left = await ask(client, "GET", f"/keywords/{keyword}")
    assert (left["cluster_id"], left["status"], left["placed_by"]) == (None, "new", None)
    assert await planner.told(account) == {
        ("keyword", str(keyword), False),
        ("idea", str(idea), True),
        ("task", str(task), True),
        ("cluster", str(row), True),
    }


async def test_a_cluster_with_articles_is_not_deleted(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    row = await planner.cluster(account, "tea")
    task = await planner.task(account, await planner.idea(account, row, "All about tea"))
    await planner.content(account, task)
    done = await ask(client, "POST", "/clusters/delete", {"ids": [str(row)]})
    assert done["deleted"] == 0
    assert "Articles have been written" in done["skipped"][0]["reason"]


@pytest.mark.parametrize("stage", [2, 3, 4])
async def test_a_cluster_that_a_run_is_at_is_not_deleted(
    client: httpx2.AsyncClient, account: UUID, stage: int
) -> None:
    row = await planner.cluster(account, "tea")
    idea = await planner.idea(account, row, "All about tea")
    item = {2: row, 3: idea}.get(stage) or await planner.task(account, idea)
    await planner.running(account, stage, item)
    done = await ask(client, "POST", "/clusters/delete", {"ids": [str(row)]})
    assert done["deleted"] == 0
    assert "A run that goes on" in done["skipped"][0]["reason"]
    assert (await ask(client, "GET", f"/clusters/{row}"))["idea_count"] == 1


async def test_clusters_of_another_account_are_not_there(
    client: httpx2.AsyncClient, account: UUID, stranger: dict[str, str]
) -> None:
    row = await planner.cluster(account, "tea")
    client.headers.update(stranger)
    assert (await refused(client, "GET", f"/clusters/{row}"))[0] == 404
    assert (await refused(client, "PATCH", f"/clusters/{row}", {"version": 1}))[0] == 404
    assert (await ask(client, "GET", "/clusters"))["items"] == []
    assert (await ask(client, "POST", "/clusters/delete", {"ids": [str(row)]}))["deleted"] == 0
    body = {"into": str(row), "ids": [str(await planner.cluster(account, "x"))]}
    assert (await refused(client, "POST", "/clusters/merge", body))[0] == 404
    await ask(client, "POST", "/clusters", {"name": "tea"})
