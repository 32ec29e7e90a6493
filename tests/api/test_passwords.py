"""Changing a password: who must know the old one, and what it ends."""

from uuid import UUID

import httpx2
import pytest

from api import passwords
from api.auth import COOKIE
from piccolo_conf import DB
from tests.api.people import PASSWORD, add_session, add_token, add_user

PATH = "/api/v1/session/password"
NEW = "quite another one"


@pytest.fixture
async def user(account: UUID, nobody: httpx2.AsyncClient) -> UUID:
    return await add_user(account, "anna@example.com", password=PASSWORD)


async def change(client: httpx2.AsyncClient, session: str, **body: str) -> httpx2.Response:
    headers = {"origin": "http://test", "cookie": f"{COOKIE}={session}"}
    return await client.post(PATH, json=body, headers=headers)


async def is_password(password: str) -> bool:
    async with DB.connection() as connection:
        stored = await connection.fetchval("select password_hash from app_user")
    return await passwords.fits(password, stored)


async def test_a_change_ends_all_other_sessions_and_keeps_tokens(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    mine, other, token = await add_session(user), await add_session(user), await add_token(user)
    assert (await change(nobody, mine, new=NEW, current=PASSWORD)).status_code == 204
    assert await is_password(NEW)
    expected = {
        f"{COOKIE}={mine}": 200,
        f"{COOKIE}={other}": 401,
    }
    for cookie, status in expected.items():
        answer = await nobody.get("/api/v1/session", headers={"cookie": cookie})
        assert answer.status_code == status
    bearer = {"authorization": f"Bearer {token}"}
    assert (await nobody.get("/api/v1/session", headers=bearer)).status_code == 200


@pytest.mark.parametrize("given", [{}, {"current": "not the password"}])
async def test_the_old_password_is_needed(
    nobody: httpx2.AsyncClient, user: UUID, given: dict[str, str]
) -> None:
    answer = await change(nobody, await add_session(user), new=NEW, **given)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_password")
    assert await is_password(PASSWORD)


async def test_guessing_the_old_password_is_limited(nobody: httpx2.AsyncClient, user: UUID) -> None:
    session = await add_session(user)
    found = [
        (await change(nobody, session, new=NEW, current="guess")).status_code for _ in range(11)
    ]
    assert found == [403] * 10 + [429]


async def test_who_just_signed_in_by_a_link_need_not_know_it(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    session = await add_session(user, by_link=True)
    assert (await change(nobody, session, new=NEW)).status_code == 204
    assert (await change(nobody, session, new=PASSWORD)).status_code == 403


async def test_an_hour_after_the_link_it_must_be_known(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    session = await add_session(user, by_link=True)
    async with DB.connection() as connection:
        await connection.execute(
            "update user_session set created_at = now() - interval '61 minutes'"
        )
    assert (await change(nobody, session, new=NEW)).status_code == 403


async def test_who_has_no_password_sets_the_first(
    nobody: httpx2.AsyncClient, account: UUID
) -> None:
    session = await add_session(await add_user(account, "anna@example.com"))
    assert (await change(nobody, session, new=NEW)).status_code == 204
    assert await is_password(NEW)


@pytest.mark.parametrize("new", ["short", "x" * 11, "x" * 129])
async def test_the_length_of_a_password_has_bounds(
    nobody: httpx2.AsyncClient, user: UUID, new: str
) -> None:
    answer = await change(nobody, await add_session(user), new=new, current=PASSWORD)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == ["new"]
    assert new not in answer.text


async def test_a_password_is_the_same_on_every_keyboard() -> None:
    stored = passwords.HASHER.hash("zwölf Zeichen und ö".encode())
    assert await passwords.fits("zwo\u0308lf Zeichen und o\u0308", stored)


async def test_what_is_no_hash_fits_nothing() -> None:
    assert not await passwords.fits("", "")
    assert not await passwords.fits(PASSWORD, "nonsense")
