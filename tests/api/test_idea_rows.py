"""Ideas over HTTP: change the plan, list, delete with reasons."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api import planner
from tests.api.planner import ask, refused


@pytest.fixture
async def idea(account: UUID) -> UUID:
    return await planner.idea(account, await planner.cluster(account, "Tea"), "All about tea")


async def test_the_whole_plan_can_be_changed(
    client: httpx2.AsyncClient, account: UUID, idea: UUID
) -> None:
    plan = {
        "title": "Everything about tea",
        "summary": "What it is.\nHow to make it.",
        "outline": [{"heading": "What", "notes": "a"}, {"heading": "How", "notes": ""}],
        "primary_keyword": "tea",
        "secondary_keywords": ["green tea", "black tea"],
        "content_type": "how-to",
        "target_words": 1500,
        "language": "de",
    }
    changed = await ask(client, "PATCH", f"/ideas/{idea}", {"version": 1} | plan)
    assert {name: changed[name] for name in plan} == plan
    assert (changed["version"], changed["cluster_name"], changed["task_id"]) == (2, "Tea", None)
    assert await ask(client, "GET", f"/ideas/{idea}") == changed
    assert ("idea", str(idea), False) in await planner.told(account)


@pytest.mark.parametrize(
    ("field", "bad", "named"),
    [
        ("title", "", "title"),
        ("title", "x" * 301, "title"),
        ("title", "??", "title"),
        ("summary", "a\0", "summary"),
        ("outline", [], "outline"),
        ("outline", [{"heading": " "}], "outline[0].heading"),
        ("outline", [{"heading": "a", "other": 1}], "outline[0].other"),
        ("outline", [{"heading": "a"}] * 11, "outline"),
        ("primary_keyword", "x" * 201, "primary_keyword"),
        ("secondary_keywords", ["a", "\0"], "secondary_keywords[1]"),
        ("content_type", "poem", "content_type"),
        ("target_words", 0, "target_words"),
        ("language", "a b", "language"),
        ("status", "new", "status"),
    ],
)
async def test_what_an_idea_cannot_hold_is_refused_by_field(
    client: httpx2.AsyncClient, idea: UUID, field: str, bad: Any, named: str
) -> None:
    body = {"version": 1, field: bad}
    status, code, problem = await refused(client, "PATCH", f"/ideas/{idea}", body)
    assert (status, code) == (400, "validation")
    assert [each["field"] for each in problem["errors"]] == [named]


async def test_of_two_editors_at_once_the_second_is_told(
    client: httpx2.AsyncClient, idea: UUID
) -> None:
    path = f"/api/v1/ideas/{idea}"
    answers = await asyncio.gather(
        *(client.patch(path, json={"version": 1, "title": t}) for t in ("Tea A", "Tea B"))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_two_ideas_of_a_cluster_cannot_have_one_title(
    client: httpx2.AsyncClient, account: UUID, idea: UUID
) -> None:
    cluster = await planner.value("select cluster_id from content_idea where id = $1", idea)
    other = await planner.idea(account, cluster, "Tea for two")
    body = {"version": 1, "title": "all about TEA"}
    status, code, problem = await refused(client, "PATCH", f"/ideas/{other}", body)
    assert (status, code) == (409, "duplicate")
    assert '"Tea"' in problem["detail"]


async def test_an_idea_that_became_a_task_is_changed_there(
    client: httpx2.AsyncClient, account: UUID, idea: UUID
) -> None:
    task = await planner.task(account, idea)
    body = {"version": 1, "title": "Tea"}
    assert (await refused(client, "PATCH", f"/ideas/{idea}", body))[:2] == (409, "has_a_task")
    assert (await ask(client, "GET", f"/ideas/{idea}"))["task_id"] == str(task)


async def test_ideas_are_listed_by_cluster_status_and_text(
    client: httpx2.AsyncClient, account: UUID, idea: UUID
) -> None:
    other = await planner.cluster(account, "Coffee")
    coffee = await planner.idea(account, other, "All about coffee")
    for query, expected in (
        (f"cluster_id={other}", [coffee]),
        ("q=ABOUT&sort=-title", [idea, coffee]),
        ("status=queued", []),
        ("generation_status=pending&sort=title", [coffee, idea]),
    ):
        found = await ask(client, "GET", f"/ideas?{query}")
        assert [each["id"] for each in found["items"]] == [str(each) for each in expected]
    assert (await ask(client, "GET", f"/ideas/ids?cluster_id={other}"))["ids"] == [str(coffee)]


async def test_a_deleted_idea_takes_its_task_along(
    client: httpx2.AsyncClient, account: UUID, idea: UUID
) -> None:
    task = await planner.task(account, idea)
    assert (await ask(client, "POST", "/ideas/delete", {"ids": [str(idea)]}))["deleted"] == 1
    assert await planner.told(account) == {
        ("idea", str(idea), True),
        ("task", str(task), True),
    }


@pytest.mark.parametrize("why", ["stage 3", "stage 4", "an article"])
async def test_an_idea_that_is_needed_is_not_deleted(
    client: httpx2.AsyncClient, account: UUID, idea: UUID, why: str
) -> None:
    if why == "stage 3":
        await planner.running(account, 3, idea)
    elif why == "stage 4":
        await planner.running(account, 4, await planner.task(account, idea))
    else:
        await planner.content(account, await planner.task(account, idea))
    done = await ask(client, "POST", "/ideas/delete", {"ids": [str(idea)]})
    assert (done["deleted"], [each["id"] for each in done["skipped"]]) == (0, [str(idea)])
    assert done["skipped"][0]["reason"]


async def test_ideas_of_another_account_are_not_there(
    client: httpx2.AsyncClient, idea: UUID, stranger: dict[str, str]
) -> None:
    client.headers.update(stranger)
    assert (await refused(client, "GET", f"/ideas/{idea}"))[0] == 404
    assert (await refused(client, "PATCH", f"/ideas/{idea}", {"version": 1}))[0] == 404
    assert (await ask(client, "POST", "/ideas/delete", {"ids": [str(idea)]}))["deleted"] == 0
