"""Every endpoint, whoever adds it, asked by those who may not: nobody, the revoked, others."""

import io
import zipfile
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
from litestar import Litestar
from litestar.routes import WebSocketRoute

from api.auth import COOKIE
from piccolo_conf import DB
from tests.api.conftest import add_token
from tests.api.estate import MARK, furnish, inventory
from tests.api.people import add_session, add_user
from tests.api.routes import Call, Description, Ids
from tests.support import new_account

PROBLEM = "application/problem+json"
OPEN = {"live", "ready", "sign_in", "sign_in_by_link"}
"""Operations that answer whoever asks. Add one only if it tells nothing of any account."""

OWN = {"host": "test", "origin": "http://test"}
"""Headers of our own pages."""


@pytest.fixture
async def ids(account: UUID, nobody: httpx2.AsyncClient) -> Ids:
    return await furnish(account)


@pytest.fixture
async def calls(app: Litestar, ids: Ids) -> list[Call]:
    found = [call for call in Description(app, ids).calls() if call.needs_caller]
    assert len(found) >= 20
    return found


class Stranger(msgspec.Struct, frozen=True):
    """An administrator of another account, which has a row of each kind, too."""

    account: UUID
    ids: Ids
    headers: dict[str, str]


@pytest.fixture
async def stranger(ids: Ids) -> Stranger:
    other = await new_account("Another", 500)
    own = await furnish(other, "Timbuktu")
    return Stranger(
        other, own, bearer(await add_token(other, "stranger@example.com", role="admin"))
    )


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def send(client: httpx2.AsyncClient, call: Call, headers: dict[str, str]) -> httpx2.Response:
    return await client.request(call.method, call.url, headers=headers, **call.sends)


async def test_only_these_operations_are_open_to_all(app: Litestar, ids: Ids) -> None:
    found = {call.operation for call in Description(app, ids).calls() if not call.needs_caller}
    assert found == OPEN


async def test_every_endpoint_refuses_nobody_and_says_what_to_do(
    nobody: httpx2.AsyncClient, calls: list[Call]
) -> None:
    for call in calls:
        answer = await send(nobody, call, OWN)
        assert answer.status_code == 401, call
        assert answer.headers["content-type"] == PROBLEM
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "Sign in" in answer.json()["hint"]


async def test_every_endpoint_refuses_a_revoked_token(
    nobody: httpx2.AsyncClient, calls: list[Call], account: UUID
) -> None:
    headers = bearer(await add_token(account, "anna@example.com", role="admin"))
    async with DB.connection() as connection:
        await connection.execute("update api_token set revoked_at = now()")
    for call in calls:
        answer = await send(nobody, call, headers)
        assert answer.status_code == 401, call
        assert "revoked" in answer.json()["detail"]


async def test_every_endpoint_refuses_a_revoked_session(
    nobody: httpx2.AsyncClient, calls: list[Call], account: UUID
) -> None:
    user = await add_user(account, "anna@example.com", role="admin")
    headers = {**OWN, "cookie": f"{COOKIE}={await add_session(user)}"}
    async with DB.connection() as connection:
        await connection.execute("delete from user_session")
    for call in calls:
        assert (await send(nobody, call, headers)).status_code == 401, call


async def test_every_endpoint_that_may_change_something_refuses_other_origins(
    nobody: httpx2.AsyncClient, calls: list[Call], account: UUID
) -> None:
    user = await add_user(account, "anna@example.com", role="admin")
    cookie = {"cookie": f"{COOKIE}={await add_session(user)}"}
    before = await inventory(account)
    for call in calls:
        if call.method != "GET":
            for origin in ({}, {"origin": "http://elsewhere"}, {"sec-fetch-site": "same-site"}):
                answer = await send(nobody, call, {**cookie, **origin})
                assert (answer.status_code, answer.json()["code"]) == (403, "other_origin"), call
    assert await inventory(account) == before


async def test_a_member_is_refused_by_what_is_for_administrators(
    nobody: httpx2.AsyncClient, calls: list[Call], account: UUID
) -> None:
    headers = bearer(await add_token(account, "anna@example.com"))
    for call in calls:
        if "/users" in call.path or call.path.endswith("/top-up"):
            assert call.admin, call
        if call.admin:
            answer = await send(nobody, call, headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "admin_only"), call


async def test_rows_of_another_account_are_not_there(
    app: Litestar, nobody: httpx2.AsyncClient, ids: Ids, stranger: Stranger, account: UUID
) -> None:
    before = await inventory(account)
    found = [call for call in Description(app, ids, stranger.ids).calls() if call.about_a_row]
    assert len(found) >= 10
    for call in found:
        answer = await send(nobody, call, stranger.headers)
        assert answer.status_code in (403, 404), (call, answer.text)
        assert MARK.lower() not in answer.text.lower(), call
    assert await inventory(account) == before


async def test_no_other_answer_holds_or_takes_anything_of_another_account(
    app: Litestar,
    nobody: httpx2.AsyncClient,
    ids: Ids,
    stranger: Stranger,
    account: UUID,
    demo_url: str,
) -> None:
    before = await inventory(account)
    found = [call for call in Description(app, ids, stranger.ids).calls() if call.needs_caller]
    for call in sorted(found, key=lambda call: call.method != "GET"):
        if call.about_a_row or call.streams:  # a stream has no end; it is tested where it is made
            continue
        answer = await send(nobody, call, stranger.headers)
        assert answer.status_code < 500, (call, answer.text)
        told = told_by(answer)
        assert MARK.lower() not in told.lower(), call
        sent = f"{call.url} {call.sends}"
        foreign = {name for name, row in ids.items() if str(row) in told and str(row) not in sent}
        assert foreign == set(), call
        assert await inventory(account) == before, call
        kept = str(await inventory(stranger.account))
        assert [name for name, row in ids.items() if str(row) in kept] == [], call


def told_by(answer: httpx2.Response) -> str:
    """All text of an answer, also that inside an archive."""
    if not zipfile.is_zipfile(io.BytesIO(answer.content)):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return "\n".join(f"{name}\n{archive.read(name)!r}" for name in archive.namelist())


async def test_lists_hold_the_rows_of_the_own_account(
    nobody: httpx2.AsyncClient, ids: Ids, account: UUID
) -> None:
    headers = bearer(await add_token(account, "anna@example.com"))
    for path in ("/api/v1/runs", "/api/v1/keywords"):
        assert MARK in (await nobody.get(path, headers=headers)).text


async def test_every_socket_is_closed_to_nobody_and_to_other_origins(
    app: Litestar, ids: Ids, account: UUID
) -> None:
    user = await add_user(account, "anna@example.com", role="admin")
    cookie = {"cookie": f"{COOKIE}={await add_session(user)}"}
    for route in app.routes:
        if isinstance(route, WebSocketRoute):
            assert await handshake(app, route.path, OWN) == 401
            assert await handshake(app, route.path, {**OWN, **bearer("igny8_wrong")}) == 401
            elsewhere = {**OWN, "origin": "http://elsewhere"}
            assert await handshake(app, route.path, {**elsewhere, **cookie}) == 403


async def handshake(app: Litestar, path: str, headers: dict[str, str]) -> int:
    """The status with which a WebSocket is refused; 101 if it is not."""
    told: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"} if not told else {"type": "websocket.disconnect"}

    async def send(message: Any) -> None:
        told.append(message)

    scope = {
        "type": "websocket",
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "subprotocols": [],
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
        "extensions": {"websocket.http.response": {}},
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    status: int = told[0].get("status", 101)
    return status


@pytest.mark.parametrize(
    "header", ["Bearer igny8_wrong", "Bearer something", "Bearer ", "Basic aWdueTg6", "igny8_x"]
)
async def test_what_is_not_a_known_token_is_refused(
    nobody: httpx2.AsyncClient, header: str
) -> None:
    answer = await nobody.get("/api/v1/runs", headers={"authorization": header})
    assert answer.status_code == 401


async def test_health_needs_no_token(nobody: httpx2.AsyncClient) -> None:
    assert (await nobody.get("/api/v1/health/live")).json() == {"alive": True}
