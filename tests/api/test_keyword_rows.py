"""Keywords over HTTP: add, change, list, put into clusters, delete."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from db.columns import uuid7
from piccolo_conf import DB
from tests.api import planner
from tests.api.planner import ask, refused


async def test_a_keyword_is_added_with_what_is_known_of_it(client: httpx2.AsyncClient) -> None:
    body = {"text": " Green Tea ", "country": "us", "volume": 50, "intent": "commercial"}
    made = await ask(client, "POST", "/keywords", body)
    assert (made["text"], made["country"], made["volume"]) == ("Green Tea", "US", 50)
    assert (made["version"], made["status"], made["difficulty"]) == (1, "new", None)
    assert await ask(client, "GET", f"/keywords/{made['id']}") == made


async def test_a_keyword_that_is_there_is_not_added_again(client: httpx2.AsyncClient) -> None:
    await ask(client, "POST", "/keywords", {"text": "green tea"})
    status, code, problem = await refused(client, "POST", "/keywords", {"text": "Green  TEA"})
    assert (status, code) == (409, "duplicate")
    assert "Green  TEA" in problem["detail"]
    await ask(client, "POST", "/keywords", {"text": "green tea", "country": "de"})


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("text", ""),
        ("text", "   "),
        ("text", "x" * 201),
        ("text", "te\0a"),
        ("text", "two\nlines"),
        ("text", "???"),
        ("country", "x" * 61),
        ("country", "\0"),
        ("volume", -1),
        ("volume", 2**31),
        ("volume", 1.5),
        ("difficulty", 101),
        ("cpc", -0.1),
        ("intent", "odd"),
        ("key", "tea"),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_what_a_keyword_cannot_hold_is_refused_by_field(
    client: httpx2.AsyncClient, account: UUID, method: str, field: str, bad: Any
) -> None:
    path = "/keywords"
    body = {"text": "tea", field: bad}
    if method == "PATCH":
        path = f"/keywords/{await planner.keyword(account, 'tea')}"
        body = {"version": 1, field: bad}
    status, code, problem = await refused(client, method, path, body)
    assert (status, code) == (400, "validation")
    assert [each["field"] for each in problem["errors"]] == [field]
    assert "regex" not in problem["detail"]


async def test_a_change_touches_only_what_was_sent(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    made = await ask(client, "POST", "/keywords", {"text": "tea", "volume": 5, "cpc": 1.5})
    body = {"version": 1, "volume": None, "text": "black tea"}
    changed = await ask(client, "PATCH", f"/keywords/{made['id']}", body)
    assert (changed["text"], changed["volume"], changed["cpc"]) == ("black tea", None, 1.5)
    assert changed["version"] == 2
    assert ("keyword", made["id"], False) in await planner.told(account)
    await ask(client, "POST", "/keywords", {"text": "tea"})


async def test_of_two_editors_at_once_the_second_is_told(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    path = f"/api/v1/keywords/{await planner.keyword(account, 'tea')}"
    answers = await asyncio.gather(
        *(client.patch(path, json={"version": 1, "volume": n}) for n in (1, 2))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    lost = next(answer for answer in answers if answer.status_code == 409)
    assert lost.json()["code"] == "changed_meanwhile"


async def test_a_keyword_cannot_become_another_one(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    await planner.keyword(account, "tea")
    other = await planner.keyword(account, "coffee")
    body = {"version": 1, "text": "Tea"}
    status, code, problem = await refused(client, "PATCH", f"/keywords/{other}", body)
    assert (status, code) == (409, "duplicate")
    assert '"Tea"' in problem["detail"]


async def test_rows_of_another_account_are_not_there(
    client: httpx2.AsyncClient, account: UUID, stranger: dict[str, str]
) -> None:
    row = await planner.keyword(account, "tea")
    client.headers.update(stranger)
    path = f"/keywords/{row}"
    assert (await refused(client, "GET", path))[:2] == (404, "not_found")
    assert (await refused(client, "PATCH", path, {"version": 1, "volume": 1}))[0] == 404
    gone = await ask(client, "POST", "/keywords/delete", {"ids": [str(row)]})
    assert (gone["deleted"], len(gone["skipped"])) == (0, 1)
    moved = await ask(client, "POST", "/keywords/move", {"ids": [str(row)], "cluster_id": None})
    assert (moved["moved"], len(moved["skipped"])) == (0, 1)


async def test_lists_are_sorted_filtered_searched_and_paged(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    for text, volume in (("tea 1", 10), ("tea 2", None), ("coffee", 30), ("TEA 3", 20)):
        await ask(client, "POST", "/keywords", {"text": text, "volume": volume})
    params: dict[str, Any] = {"sort": "-volume", "q": "tea", "limit": 2}
    first = (await client.get("/api/v1/keywords", params=params)).json()
    second = (
        await client.get("/api/v1/keywords", params={**params, "after": first["next"]})
    ).json()
    texts = [row["text"] for row in first["items"] + second["items"]]
    assert (texts, second["next"]) == (["TEA 3", "tea 1", "tea 2"], None)
    found = await ask(client, "GET", "/keywords/ids?q=tea&status=new")
    assert found["total"] == len(found["ids"]) == 3
    fetched = await client.get("/api/v1/keywords", params={"ids": found["ids"][:2]})
    assert {row["id"] for row in fetched.json()["items"]} == set(found["ids"][:2])


@pytest.mark.parametrize(
    "query",
    ["sort=key", "sort=volume;drop", "limit=0", "limit=1001", "q=%00", "ids=1"],
)
async def test_a_list_that_cannot_be_asked_for_is_refused(
    client: httpx2.AsyncClient, query: str
) -> None:
    status, code, problem = await refused(client, "GET", f"/keywords?{query}")
    assert (status, code) == (400, "validation")
    assert problem["errors"][0]["field"].startswith(query.partition("=")[0])


async def test_more_ids_than_a_page_holds_are_refused(client: httpx2.AsyncClient) -> None:
    query = "&".join(f"ids={uuid7()}" for _ in range(201))
    assert (await refused(client, "GET", f"/keywords?{query}"))[0] == 400


async def test_moved_keywords_are_placed_by_a_person(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    old, new = await planner.cluster(account, "Old"), await planner.cluster(account, "New")
    row, gone = await planner.keyword(account, "tea", old), uuid7()
    body = {"ids": [str(row), str(gone)], "cluster_id": str(new)}
    moved = await ask(client, "POST", "/keywords/move", body)
    assert moved["moved"] == 1
    assert moved["skipped"][0]["id"] == str(gone)
    now = await ask(client, "GET", f"/keywords/{row}")
    assert (now["cluster_name"], now["placed_by"], now["status"]) == ("New", "person", "mapped")
    listed = await ask(client, "GET", f"/keywords?cluster_id={new}")
    assert [each["id"] for each in listed["items"]] == [str(row)]
    assert {("cluster", str(old), False), ("cluster", str(new), False)} < await planner.told(
        account
    )


async def test_keywords_can_be_taken_out_of_their_cluster(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    row = await planner.keyword(account, "tea", await planner.cluster(account, "Old"))
    await ask(client, "POST", "/keywords/move", {"ids": [str(row)], "cluster_id": None})
    now = await ask(client, "GET", f"/keywords/{row}")
    assert (now["cluster_id"], now["placed_by"], now["status"]) == (None, None, "new")


async def test_keywords_do_not_move_into_a_cluster_that_is_not_there(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    row = await planner.keyword(account, "tea")
    body = {"ids": [str(row)], "cluster_id": str(uuid7())}
    _, code, problem = await refused(client, "POST", "/keywords/move", body)
    assert (code, problem["errors"][0]["field"]) == ("invalid_data", "cluster_id")


async def test_a_keyword_that_a_run_is_at_is_not_deleted(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    busy, free = await planner.keyword(account, "tea"), await planner.keyword(account, "coffee")
    await planner.running(account, 1, busy)
    done = await ask(client, "POST", "/keywords/delete", {"ids": [str(busy), str(free)]})
    assert (done["deleted"], [each["id"] for each in done["skipped"]]) == (1, [str(busy)])
    assert "run" in done["skipped"][0]["reason"]
    async with DB.connection() as connection:
        await connection.execute("update automation_run set status = 'completed'")
    again = await ask(client, "POST", "/keywords/delete", {"ids": [str(busy)]})
    assert (again["deleted"], again["skipped"]) == (1, [])
