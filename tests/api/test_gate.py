"""The gate: sessions and tokens, the origin of what a cookie sends, HTTP and WebSocket."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx2
import msgspec
import pytest
import uvicorn
from litestar import Litestar, Router, WebSocket, get, post, websocket
from litestar.exceptions import HTTPException
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from api.app import lifespan
from api.auth import COOKIE, Asked, Caller, Gate, Grant, ended
from api.problems import problem
from piccolo_conf import DB
from tests.api.people import add_session, add_token, add_user


@get("/who")
async def who(request: Asked) -> str:
    return f"{request.user.email} {request.auth.kind}"


@post("/change")
async def change(request: Asked) -> str:
    return request.user.email


@websocket("/socket")
async def socket(socket: WebSocket[Caller, Grant, Any]) -> None:
    await socket.accept()
    await socket.send_text(f"{socket.user.email} {socket.auth.kind}")
    await socket.close()


@pytest.fixture
async def host(db: None) -> AsyncIterator[str]:
    """host:port of a server that has nothing but the gate and these three."""
    app = Litestar(
        [Router("/", route_handlers=[who, change, socket], middleware=[Gate()])],
        lifespan=[lifespan],
        exception_handlers={HTTPException: problem, Exception: problem},
        openapi_config=None,
        logging_config=None,
    )
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it in no other way
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture
async def user(account: UUID) -> UUID:
    return await add_user(account, "anna@example.com")


@pytest.fixture
async def session(user: UUID) -> str:
    return await add_session(user)


def own(host: str) -> dict[str, str]:
    return {"origin": f"http://{host}"}


def cookie(session: str) -> dict[str, str]:
    return {"cookie": f"{COOKIE}={session}"}


async def ask(host: str, method: str, path: str, **headers: str) -> httpx2.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with httpx2.AsyncClient(base_url=f"http://{host}") as client:
        return await client.request(method, path, headers=names)


async def open_socket(host: str, **headers: str) -> str:
    """What the socket says. Raises InvalidStatus with the answer when it is refused."""
    async with connect(f"ws://{host}/socket", additional_headers=headers, proxy=None) as opened:
        return str(await opened.recv())


async def test_a_session_may_read_whatever_the_origin(host: str, session: str) -> None:
    answer = await ask(host, "GET", "/who", **cookie(session), origin="http://elsewhere")
    assert answer.text == "anna@example.com session"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin", "origin": "http://localhost:5173"},
    ],
)
async def test_a_session_may_change_from_our_own_pages(
    host: str, session: str, headers: dict[str, str]
) -> None:
    answer = await ask(host, "POST", "/change", **cookie(session), **headers)
    assert answer.status_code == 201


async def test_the_origin_will_do_where_the_browser_says_no_more(host: str, session: str) -> None:
    answer = await ask(host, "POST", "/change", **cookie(session), **own(host))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "none"},
        {"origin": "null"},
        {"origin": "http://elsewhere"},
        {"origin": "http://["},
        {"origin": "http://127.0.0.1:1"},
    ],
)
async def test_a_session_may_not_change_from_elsewhere(
    host: str, session: str, headers: dict[str, str]
) -> None:
    answer = await ask(host, "POST", "/change", **cookie(session), **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "other_origin")


async def test_a_token_needs_no_origin(host: str, user: UUID) -> None:
    token = f"Bearer {await add_token(user)}"
    answer = await ask(host, "POST", "/change", authorization=token, origin="http://elsewhere")
    assert answer.status_code == 201


async def test_a_bad_token_is_refused_even_with_a_good_cookie(host: str, session: str) -> None:
    answer = await ask(host, "GET", "/who", **cookie(session), authorization="Bearer igny8_no")
    assert answer.status_code == 401


async def test_a_sessions_secret_is_no_token_and_a_token_no_session(
    host: str, user: UUID, session: str
) -> None:
    assert (await ask(host, "GET", "/who", authorization=f"Bearer {session}")).status_code == 401
    assert (await ask(host, "GET", "/who", **cookie(await add_token(user)))).status_code == 401


async def test_a_socket_opens_for_a_session_from_our_own_pages(host: str, session: str) -> None:
    assert await open_socket(host, **cookie(session), **own(host)) == "anna@example.com session"


async def test_a_socket_opens_for_a_token(host: str, user: UUID) -> None:
    header = {"authorization": f"Bearer {await add_token(user)}"}
    assert await open_socket(host, **header) == "anna@example.com token"


@pytest.mark.parametrize("origin", [{}, {"origin": "http://elsewhere"}])
async def test_a_socket_is_refused_to_a_session_from_elsewhere(
    host: str, session: str, origin: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await open_socket(host, **cookie(session), **origin)
    answer = refused.value.response
    assert answer.status_code == 403
    assert msgspec.json.decode(answer.body or b"")["code"] == "other_origin"


async def test_a_socket_is_refused_to_nobody(host: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await open_socket(host, **own(host))
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    "ends",
    [
        "delete from user_session",
        "delete from app_user",
        "update user_session set used_at = now() - interval '15 days'",
        "update user_session set created_at = now() - interval '91 days'",
    ],
)
async def test_a_session_ends_at_once(host: str, session: str, ends: str) -> None:
    async with DB.connection() as connection:
        await connection.execute(ends)
    answer = await ask(host, "GET", "/who", **cookie(session))
    assert answer.status_code == 401
    assert "signed out" in answer.json()["detail"]


async def test_use_prolongs_a_session_once_an_hour(host: str, session: str) -> None:
    query = "select used_at from user_session"
    async with DB.connection() as connection:
        fresh = await connection.fetchval(query)
        await ask(host, "GET", "/who", **cookie(session))
        assert await connection.fetchval(query) == fresh
        await connection.execute("update user_session set used_at = now() - interval '13 days'")
        await ask(host, "GET", "/who", **cookie(session))
        assert await connection.fetchval(query) > fresh


async def test_the_use_of_a_token_is_noted(host: str, user: UUID) -> None:
    await ask(host, "GET", "/who", authorization=f"Bearer {await add_token(user)}")
    async with DB.connection() as connection:
        assert await connection.fetchval("select used_at is not null from api_token")


async def test_ended_names_what_lets_nobody_in_any_more(user: UUID) -> None:
    await add_session(user)
    await add_token(user)
    async with DB.connection() as connection:
        session = Grant("session", await connection.fetchval("select id from user_session"))
        token = Grant("token", await connection.fetchval("select id from api_token"))
        swapped = Grant("token", session.id)
        assert await ended([session, token, swapped]) == {swapped}
        await connection.execute("update api_token set revoked_at = now()")
        assert await ended([session, token]) == {token}
        await connection.execute("delete from user_session")
        assert await ended([session, token]) == {session, token}
    assert await ended([]) == set()
