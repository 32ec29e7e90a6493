"""Signing in and out, by password and by link; what is the same for the known and the unknown."""

import asyncio
from http.cookies import SimpleCookie
from typing import Any
from uuid import UUID

import httpx2
import pytest

from api import limits, passwords, people
from api.auth import COOKIE
from db.tokens import hash_of
from piccolo_conf import DB
from tests.api.people import PASSWORD, add_session, add_token, add_user

EMAIL = "anna@example.com"
SESSION = "/api/v1/session"
OWN = {"origin": "http://test"}


@pytest.fixture
async def user(account: UUID, nobody: httpx2.AsyncClient) -> UUID:
    return await add_user(account, EMAIL, role="admin", password=PASSWORD)


async def sign_in(
    client: httpx2.AsyncClient, email: str = EMAIL, password: str = PASSWORD, **headers: str
) -> httpx2.Response:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    body = {"email": email, "password": password}
    return await client.post(SESSION, json=body, headers=names)


async def link_for(user: UUID) -> str:
    async with DB.connection() as connection:
        path, _ = await people.add_link(connection, user, people.HOUR)
    return path.removeprefix("/sign-in#token=")


def cookie_of(answer: httpx2.Response) -> Any:
    return SimpleCookie(answer.headers["set-cookie"])[COOKIE]


async def count(table: str) -> int:
    async with DB.connection() as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))


async def test_the_right_password_opens_a_session(
    nobody: httpx2.AsyncClient, user: UUID, account: UUID
) -> None:
    answer = await sign_in(nobody)
    assert answer.status_code == 200
    told = answer.json()
    assert told["user"] == {
        "id": str(user),
        "email": EMAIL,
        "role": "admin",
        "has_password": True,
    }
    assert told["account"] == {"id": str(account), "name": "Test"}
    assert (told["demo"], told["purchase_url"]) == (False, "/credits")
    assert (await nobody.get(SESSION)).json() == told


async def test_the_cookie_is_out_of_reach_and_stored_as_its_hash(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    cookie = cookie_of(await sign_in(nobody))
    assert cookie["httponly"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == "/"
    assert not cookie["secure"]
    async with DB.connection() as connection:
        stored = await connection.fetchval("select hash from user_session")
    assert stored == hash_of(cookie.value)


async def test_the_cookie_is_secure_when_the_request_came_by_https(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    answer = await nobody.post(
        f"https://test{SESSION}", json={"email": EMAIL, "password": PASSWORD}
    )
    assert cookie_of(answer)["secure"]


async def test_the_case_of_an_address_and_spaces_around_it_do_not_matter(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    assert (await sign_in(nobody, email=" Anna@Example.COM ")).status_code == 200


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    nobody: httpx2.AsyncClient, user: UUID, account: UUID
) -> None:
    await add_user(account, "link@example.com")
    wrong = await sign_in(nobody, password="not the password")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_credentials")
    assert "set-cookie" not in wrong.headers
    for email in ("nobody@example.com", "link@example.com", "no address"):
        other = await sign_in(nobody, email=email)
        assert (other.status_code, other.json()) == (401, wrong.json())


async def test_an_unknown_address_costs_the_same_work(
    nobody: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked = []
    compare = passwords.HASHER.verify

    class Counting:
        def verify(self, stored: str, password: bytes) -> bool:
            worked.append(stored.split("$")[:4])
            return compare(stored, password)

        hash = staticmethod(passwords.HASHER.hash)

    monkeypatch.setattr(passwords, "HASHER", Counting())
    await sign_in(nobody, email="nobody@example.com")
    assert worked == [passwords._nobodys().split("$")[:4]]


async def test_a_hash_of_older_settings_is_made_anew(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    await sign_in(nobody)
    async with DB.connection() as connection:
        stored = await connection.fetchval("select password_hash from app_user")
    assert not passwords.is_dated(stored)
    assert await passwords.fits(PASSWORD, stored)


async def test_a_session_chosen_by_the_client_is_never_taken_over(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    nobody.cookies.set(COOKIE, "chosen")
    made = cookie_of(await sign_in(nobody)).value
    assert made != "chosen"


async def test_signing_in_again_ends_the_session_before(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    await sign_in(nobody)
    await sign_in(nobody, **OWN)
    assert await count("user_session") == 1


async def test_signing_out_ends_the_session(nobody: httpx2.AsyncClient, user: UUID) -> None:
    cookie = cookie_of(await sign_in(nobody)).value
    answer = await nobody.delete(SESSION, headers=OWN)
    assert answer.status_code == 204
    assert cookie_of(answer)["max-age"] == "0"
    kept = {"cookie": f"{COOKIE}={cookie}"}
    assert (await nobody.get(SESSION, headers=kept)).status_code == 401


async def test_a_token_cannot_sign_out_or_set_a_password(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    headers = {"authorization": f"Bearer {await add_token(user)}"}
    out = await nobody.delete(SESSION, headers=headers)
    body = {"new": "another long one", "current": PASSWORD}
    change = await nobody.post(f"{SESSION}/password", json=body, headers=headers)
    assert {out.json()["code"], change.json()["code"]} == {"session_needed"}


async def test_a_foreign_page_cannot_sign_its_visitor_in(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    assert (await sign_in(nobody, origin="http://elsewhere")).status_code == 403
    assert (await sign_in(nobody, sec_fetch_site="cross-site")).status_code == 403
    body = {"token": await link_for(user)}
    headers = {"origin": "http://elsewhere"}
    assert (await nobody.post(f"{SESSION}/link", json=body, headers=headers)).status_code == 403
    assert await count("sign_in_link") == 1


async def test_tries_for_one_address_are_limited_whether_it_exists_or_not(
    nobody: httpx2.AsyncClient, user: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    for email in (EMAIL, "nobody@example.com"):
        for _ in range(limits.PER_EMAIL.amount):
            assert (await sign_in(nobody, email, "not the password")).status_code == 401
        refused = await sign_in(nobody, email)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= limits.MINUTES * 60


async def test_the_right_password_starts_the_count_anew(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    for _ in range(2):
        for _ in range(limits.PER_EMAIL.amount - 1):
            assert (await sign_in(nobody, password="not the password")).status_code == 401
        assert (await sign_in(nobody, **OWN)).status_code == 200


async def test_tries_from_one_client_are_limited_over_all_addresses(
    nobody: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wrong(*_: str) -> bool:
        return False

    monkeypatch.setattr(passwords, "fits", wrong)
    tries = [sign_in(nobody, f"{n}@example.com") for n in range(limits.PER_ADDRESS.amount + 5)]
    found = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert found.count(429) == 5


async def test_a_link_signs_in_once(nobody: httpx2.AsyncClient, account: UUID) -> None:
    body = {"token": await link_for(await add_user(account, EMAIL))}
    first = await nobody.post(f"{SESSION}/link", json=body)
    assert first.status_code == 200
    assert first.json()["user"]["has_password"] is False
    assert (await nobody.get(SESSION)).status_code == 200
    again = await nobody.post(f"{SESSION}/link", json=body, headers=OWN)
    assert (again.status_code, again.json()["code"]) == (401, "link_not_valid")


async def test_a_link_used_twice_at_once_signs_in_once(
    nobody: httpx2.AsyncClient, user: UUID
) -> None:
    body = {"token": await link_for(user)}
    both = await asyncio.gather(*(nobody.post(f"{SESSION}/link", json=body) for _ in range(6)))
    assert sorted(answer.status_code for answer in both) == [200, *[401] * 5]


async def test_an_old_link_is_refused(nobody: httpx2.AsyncClient, user: UUID) -> None:
    body = {"token": await link_for(user)}
    async with DB.connection() as connection:
        await connection.execute("update sign_in_link set expires_at = now()")
    assert (await nobody.post(f"{SESSION}/link", json=body)).status_code == 401


async def test_the_stored_hash_of_a_link_is_no_link(nobody: httpx2.AsyncClient, user: UUID) -> None:
    token = hash_of(await link_for(user)).hex()
    assert (await nobody.post(f"{SESSION}/link", json={"token": token})).status_code == 401
    assert (await add_session(user)) != ""
