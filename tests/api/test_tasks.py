"""Writer tasks over HTTP: lists, the plan and when it can be edited, deletes."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from tests.api.articles import COFFEE, add_item, value
from tests.review.rows import add_article
from tests.stages.rows import new_task

TASKS = "/api/v1/tasks"


@pytest.fixture
async def task(account: UUID) -> UUID:
    return await new_task(account)


async def edit(client: httpx2.AsyncClient, task: UUID, **changes: Any) -> httpx2.Response:
    if "version" not in changes:
        changes["version"] = (await client.get(f"{TASKS}/{task}")).json()["version"]
    return await client.patch(f"{TASKS}/{task}", json=changes)


async def test_a_task_shows_its_whole_plan(client: httpx2.AsyncClient, task: UUID) -> None:
    row = (await client.get(f"{TASKS}/{task}")).json()
    assert row["outline"][0] == {
        "heading": "Beans and roast",
        "notes": "What to know about beans and roast.",
    }
    assert row["secondary_keywords"] == ["coffee grind size"]
    assert row["cluster_name"].startswith("Cluster of")
    assert row["content_id"] is None


async def test_lists_are_filtered_sorted_and_paged(
    client: httpx2.AsyncClient, account: UUID, task: UUID
) -> None:
    other = await new_task(account, title="A second task", target_words=900)
    cluster = (await client.get(f"{TASKS}/{other}")).json()["cluster_id"]
    cases: list[tuple[dict[str, str | int], list[UUID]]] = [
        ({}, [task, other]),
        ({"cluster_id": cluster}, [other]),
        ({"status": "completed"}, []),
        ({"q": "second"}, [other]),
        ({"sort": "-target_words"}, [other, task]),
        ({"generation_status": "pending", "limit": 1}, [task]),
    ]
    for filters, found in cases:
        answer = (await client.get(TASKS, params=filters)).json()
        assert [row["id"] for row in answer["items"]] == [str(each) for each in found]
    ids = (await client.get(f"{TASKS}/ids", params={"cluster_id": cluster})).json()
    assert ids == {"ids": [str(other)], "total": 1}


async def test_the_plan_is_edited(client: httpx2.AsyncClient, task: UUID) -> None:
    changes = {
        "title": "Another title",
        "outline": [{"heading": "Only this", "notes": ""}],
        "secondary_keywords": [],
        "content_type": "list",
        "target_words": 700,
        "language": "de",
    }
    row = (await edit(client, task, **changes)).json()
    assert {name: row[name] for name in changes} == changes
    assert row["primary_keyword"] == "pour over coffee"


async def test_of_two_editors_one_is_told(client: httpx2.AsyncClient, task: UUID) -> None:
    answers = await asyncio.gather(
        *(edit(client, task, version=1, title=f"Title {n}") for n in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outline", []),
        ("outline", [{"heading": ""}]),
        ("target_words", 5),
        ("content_type", "poem"),
        ("language", "english"),
        ("status", "completed"),
    ],
)
async def test_bad_plans_are_refused_field_by_field(
    client: httpx2.AsyncClient, task: UUID, field: str, value: Any
) -> None:
    answer = await edit(client, task, **{field: value})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field)


async def test_a_task_that_is_written_or_in_a_run_is_not_edited(
    client: httpx2.AsyncClient, account: UUID, task: UUID
) -> None:
    run = await add_item(account, task, 4)
    answer = await edit(client, task, title="Another title")
    assert (answer.status_code, answer.json()["code"]) == (409, "in_a_run")
    await value("update automation_run set status = 'cancelled' where id = $1", run)
    assert (await edit(client, task, title="Another title")).status_code == 200
    await value("update task set status = 'completed' where id = $1", task)
    answer = await edit(client, task, title="A third title")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_written")


async def test_deleting_makes_the_idea_new_again(
    client: httpx2.AsyncClient, account: UUID, task: UUID
) -> None:
    await value("update content_idea set status = 'queued'")
    answer = await client.post(f"{TASKS}/delete", json={"ids": [str(task)]})
    assert answer.json() == {"deleted": 1, "skipped": []}
    assert await value("select status from content_idea") == "new"


async def test_what_is_written_in_a_run_or_unknown_is_skipped_with_the_reason(
    client: httpx2.AsyncClient, account: UUID, task: UUID
) -> None:
    await add_item(account, task, 4)
    content = await add_article(account, COFFEE)
    written = await value("select task_id from content where id = $1", content)
    ids = [str(each) for each in (task, written, account)]
    answer = (await client.post(f"{TASKS}/delete", json={"ids": ids})).json()
    reasons = [each["reason"] for each in answer["skipped"]]
    assert answer["deleted"] == 0
    assert reasons == [
        "A run is working on it.",
        "Delete its article first.",
        "There is no such task.",
    ]


async def test_strangers_see_edit_and_delete_nothing(
    client: httpx2.AsyncClient, task: UUID, stranger: dict[str, str]
) -> None:
    client.headers.update(stranger)
    assert (await client.get(TASKS)).json()["items"] == []
    assert (await client.get(f"{TASKS}/{task}")).status_code == 404
    assert (await edit(client, task, version=1, title="Taken")).status_code == 404
    gone = (await client.post(f"{TASKS}/delete", json={"ids": [str(task)]})).json()
    assert gone["deleted"] == 0
