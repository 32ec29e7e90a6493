"""Idempotency-Key: the same request is done once, whoever sends it again and whenever."""

import asyncio
from typing import Any
from uuid import UUID

import httpx2
import pytest

from piccolo_conf import DB

KEY = "idempotency-key"


async def start(client: httpx2.AsyncClient, key: str, **body: Any) -> httpx2.Response:
    asked = {"function": "auto_cluster", "selection": "all_new"} | body
    return await client.post("/api/v1/runs", json=asked, headers={KEY: key})


async def runs(client: httpx2.AsyncClient) -> int:
    return len((await client.get("/api/v1/runs")).json()["items"])


async def test_the_same_request_is_answered_again_and_done_once(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    first = await start(client, "a")
    again = await start(client, "a")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert await runs(client) == 1


async def test_two_at_the_same_moment_are_one(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    answers = await asyncio.gather(*(start(client, "a") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await runs(client) == 1


async def test_the_key_of_another_request_is_refused(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    await start(client, "a")
    other = await start(client, "a", concurrency=3)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")
    assert await runs(client) == 1


async def test_another_key_is_another_request(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    for key, item in zip("abc", keywords, strict=True):
        assert (await start(client, key, selection=[str(item)])).status_code == 201
    assert await runs(client) == 3


async def test_a_refusal_leaves_the_key_free(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    assert (await start(client, "a", selection=[str(UUID(int=1))])).status_code == 422
    assert (await start(client, "a")).status_code == 201


async def test_after_an_outage_the_key_stays_taken(
    client: httpx2.AsyncClient, keywords: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(*_: object) -> None:
        raise ConnectionResetError  # behind the commit

    with monkeypatch.context() as outage:
        outage.setattr("api.runs.find_run", lost)
        assert (await start(client, "a")).status_code == 503
    monkeypatch.setattr("api.idempotency.WAIT", 0.0)
    again = await start(client, "a")
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_open")
    assert await runs(client) == 1


async def test_keys_are_an_accounts_own(
    client: httpx2.AsyncClient, keywords: list[UUID], stranger: dict[str, str]
) -> None:
    await start(client, "a")
    body = {"function": "auto_cluster", "selection": "all_new"}
    answer = await client.post("/api/v1/runs", json=body, headers={KEY: "a", **stranger})
    assert answer.json()["code"] == "nothing_to_do"


async def test_after_a_day_the_key_is_free(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    first = await start(client, "a")
    async with DB.connection() as connection:
        await connection.execute(
            "update idempotency_key set created_at = now() - interval '25 hours'"
        )
    selection = [str(keywords[0])]
    second = await start(client, "a", selection=selection)
    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


async def test_a_request_whose_answer_was_lost_is_not_done_again(
    client: httpx2.AsyncClient, keywords: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    await start(client, "a")
    async with DB.connection() as connection:
        await connection.execute("update idempotency_key set status = null, body = null")
    monkeypatch.setattr("api.idempotency.WAIT", 0.0)
    answer = await start(client, "a")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_open")
    assert answer.headers["retry-after"]
    assert await runs(client) == 1


async def test_a_secret_answer_is_not_kept(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    await start(client, "a")
    async with DB.connection() as connection:
        await connection.execute("update idempotency_key set body = null")
    answer = await start(client, "a")
    assert (answer.status_code, answer.json()["code"]) == (409, "already_done")


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_that_is_none_is_refused(
    client: httpx2.AsyncClient, keywords: list[UUID], key: str
) -> None:
    answer = await start(client, key)
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_the_description_tells_of_the_header(client: httpx2.AsyncClient) -> None:
    paths = (await client.get("/schema/openapi.json")).json()["paths"]
    headers = [each["name"] for each in paths["/api/v1/runs"]["post"]["parameters"]]
    assert "Idempotency-Key" in headers
