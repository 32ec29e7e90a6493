"""Every endpoint asked by those who may not: nobody, a revoked token, another account."""

from uuid import UUID, uuid4

import httpx2
import pytest
from litestar import Litestar

from piccolo_conf import DB
from tests.api.routes import Call, calls

PROBLEM = "application/problem+json"


def secured(app: Litestar) -> list[Call]:
    found = calls(app)
    assert len(found) >= 11
    return found


async def test_every_endpoint_refuses_nobody_and_says_what_to_send(
    app: Litestar, nobody: httpx2.AsyncClient
) -> None:
    for call in secured(app):
        answer = await nobody.request(call.method, call.url(uuid4()), json=call.body)
        assert answer.status_code == 401, call
        assert answer.headers["content-type"] == PROBLEM
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "Authorization: Bearer igny8_" in answer.json()["hint"]


async def test_every_endpoint_refuses_a_revoked_token(
    app: Litestar, client: httpx2.AsyncClient
) -> None:
    async with DB.connection() as connection:
        await connection.execute("update api_token set revoked_at = now()")
    for call in secured(app):
        answer = await client.request(call.method, call.url(uuid4()), json=call.body)
        assert answer.status_code == 401, call
        assert "revoked" in answer.json()["detail"]


@pytest.mark.parametrize(
    "header", ["Bearer igny8_wrong", "Bearer something", "Bearer ", "Basic aWdueTg6", "igny8_x"]
)
async def test_what_is_not_a_known_token_is_refused(
    nobody: httpx2.AsyncClient, header: str
) -> None:
    answer = await nobody.get("/api/v1/runs", headers={"authorization": header})
    assert answer.status_code == 401


async def test_another_accounts_run_is_unknown_to_every_endpoint(
    app: Litestar, client: httpx2.AsyncClient, stranger: dict[str, str], run: UUID
) -> None:
    of_a_run = [call for call in secured(app) if "{run_id}" in call.path]
    assert len(of_a_run) == 8
    for call in of_a_run:
        answer = await client.request(call.method, call.url(run), json=call.body, headers=stranger)
        assert answer.status_code == 404, call
        assert answer.json()["code"] == "unknown_run"
    shown = await client.get(f"/api/v1/runs/{run}")
    assert shown.json()["status"] == "running"


async def test_lists_hold_only_rows_of_the_own_account(
    client: httpx2.AsyncClient, stranger: dict[str, str], run: UUID
) -> None:
    for path in ("/api/v1/runs", "/api/v1/keywords"):
        assert (await client.get(path)).json()["items"]
        assert (await client.get(path, headers=stranger)).json()["items"] == []


async def test_a_run_cannot_be_started_on_another_accounts_rows(
    client: httpx2.AsyncClient, stranger: dict[str, str], keywords: list[UUID]
) -> None:
    body = {"function": "auto_cluster", "selection": [str(keywords[0])]}
    answer = await client.post("/api/v1/runs", json=body, headers=stranger)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "selection[0]"
    assert (await client.get("/api/v1/runs", headers=stranger)).json()["items"] == []


async def test_all_new_takes_nothing_of_another_account(
    client: httpx2.AsyncClient, stranger: dict[str, str], keywords: list[UUID]
) -> None:
    body = {"function": "auto_cluster", "selection": "all_new"}
    answer = await client.post("/api/v1/runs", json=body, headers=stranger)
    assert answer.status_code == 409
    assert answer.json()["code"] == "nothing_to_do"


async def test_health_needs_no_token(nobody: httpx2.AsyncClient) -> None:
    assert (await nobody.get("/api/v1/health/live")).json() == {"alive": True}
