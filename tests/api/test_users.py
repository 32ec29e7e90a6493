"""Users and API tokens over HTTP: what administrators and members may do."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from piccolo_conf import DB
from tests.api.people import PASSWORD, add_token, add_user

USERS, TOKENS, SESSION = "/api/v1/users", "/api/v1/tokens", "/api/v1/session"


class Person:
    """A user with a token, asking over HTTP."""

    def __init__(self, client: httpx2.AsyncClient, user: UUID, token: str) -> None:
        self.client, self.id = client, user
        self.headers = {"authorization": f"Bearer {token}"}

    async def __call__(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        return await self.client.request(method, path, headers=self.headers, json=body)


async def person(client: httpx2.AsyncClient, account: UUID, email: str, role: str) -> Person:
    made = await add_user(account, email, role=role)
    return Person(client, made, await add_token(made, f"of {role}"))


@pytest.fixture
async def admin(nobody: httpx2.AsyncClient, account: UUID) -> Person:
    return await person(nobody, account, "admin@example.com", "admin")


@pytest.fixture
async def member(admin: Person, account: UUID) -> Person:
    return await person(admin.client, account, "member@example.com", "member")


async def test_users_are_listed_page_by_page(admin: Person, member: Person) -> None:
    first = (await admin("GET", f"{USERS}?limit=1")).json()
    second = (await admin("GET", f"{USERS}?limit=1&after={first['next']}")).json()
    emails = [user["email"] for user in first["items"] + second["items"]]
    assert emails == ["admin@example.com", "member@example.com"]
    assert second["next"] is None
    assert set(first["items"][0]) == {
        "id",
        "email",
        "role",
        "has_password",
        "created_at",
        "seen_at",
    }


async def test_a_user_with_a_password_can_sign_in(admin: Person) -> None:
    body = {"email": "New@Example.com", "password": PASSWORD}
    made = await admin("POST", USERS, body)
    assert made.status_code == 201
    assert made.json()["link"] is None
    assert made.json()["user"]["role"] == "member"
    signed_in = await admin.client.post(
        SESSION, json={"email": "new@example.com", "password": PASSWORD}
    )
    assert signed_in.status_code == 200


async def test_a_user_without_one_gets_a_link_that_signs_in(admin: Person, member: Person) -> None:
    invited = (await admin("POST", USERS, {"email": "new@example.com"})).json()["link"]
    forgot = (await admin("POST", f"{USERS}/{member.id}/link")).json()
    for link in (invited, forgot):
        token = link["path"].removeprefix("/sign-in#token=")
        answer = await admin.client.post(
            f"{SESSION}/link", json={"token": token}, headers={"origin": "http://test"}
        )
        assert answer.status_code == 200


@pytest.mark.parametrize("email", ["anna", "a b@example.com", "a@b@example.com", "a\0@b.c", "@b.c"])
async def test_what_is_no_address_is_refused(admin: Person, email: str) -> None:
    answer = await admin("POST", USERS, {"email": email})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "email"


async def test_an_address_is_taken_whatever_its_case(admin: Person) -> None:
    answer = await admin("POST", USERS, {"email": "ADMIN@example.com"})
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


async def test_a_role_holds_from_the_next_request_on(admin: Person, member: Person) -> None:
    assert (await member("GET", USERS)).status_code == 403
    changed = await admin("PATCH", f"{USERS}/{member.id}", {"role": "admin"})
    assert changed.json()["role"] == "admin"
    assert (await member("GET", USERS)).status_code == 200


async def test_the_last_administrator_stays(admin: Person, member: Person) -> None:
    demoted = await admin("PATCH", f"{USERS}/{admin.id}", {"role": "member"})
    deleted = await admin("DELETE", f"{USERS}/{admin.id}")
    for answer in (demoted, deleted):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_admin")
    assert (await admin("PATCH", f"{USERS}/{admin.id}", {"role": "admin"})).status_code == 200


async def test_two_who_demote_each_other_leave_one(admin: Person, account: UUID) -> None:
    other = await person(admin.client, account, "other@example.com", "admin")
    body = {"role": "member"}
    await asyncio.gather(
        admin("PATCH", f"{USERS}/{other.id}", body),
        other("PATCH", f"{USERS}/{admin.id}", body),
    )
    async with DB.connection() as connection:
        left = "select count(*) from app_user where role = 'admin'"
        assert await connection.fetchval(left) == 1


async def test_a_deleted_user_is_out_at_once(admin: Person, member: Person) -> None:
    assert (await admin("DELETE", f"{USERS}/{member.id}")).status_code == 204
    assert (await member("GET", SESSION)).status_code == 401
    assert (await admin("DELETE", f"{USERS}/{member.id}")).status_code == 404


async def test_the_value_of_a_token_is_told_once(member: Person) -> None:
    made = (await member("POST", TOKENS, {"name": "nightly"})).json()
    assert made["token"].startswith("igny8_")
    listed = await member("GET", TOKENS)
    assert [token["name"] for token in listed.json()["items"]] == ["of member", "nightly"]
    assert made["token"] not in listed.text
    user = Person(member.client, member.id, made["token"])
    assert (await user("GET", SESSION)).json()["user"]["email"] == "member@example.com"


async def test_a_list_of_tokens_says_when_each_was_used(member: Person) -> None:
    await member("POST", TOKENS, {"name": "nightly"})
    used, unused = (await member("GET", TOKENS)).json()["items"]
    assert used["used_at"] is not None
    assert unused["used_at"] is None


async def test_a_revoked_token_is_out_at_once_and_no_longer_listed(member: Person) -> None:
    made = (await member("POST", TOKENS, {"name": "nightly"})).json()
    assert (await member("DELETE", f"{TOKENS}/{made['id']}")).status_code == 204
    assert (await member("DELETE", f"{TOKENS}/{made['id']}")).status_code == 404
    assert len((await member("GET", TOKENS)).json()["items"]) == 1
    user = Person(member.client, member.id, made["token"])
    assert (await user("GET", SESSION)).status_code == 401


async def test_members_have_their_own_tokens_and_administrators_all(
    admin: Person, member: Person
) -> None:
    of_admin = (await admin("POST", TOKENS, {"name": "theirs"})).json()["id"]
    assert [token["name"] for token in (await member("GET", TOKENS)).json()["items"]] == [
        "of member"
    ]
    assert (await member("DELETE", f"{TOKENS}/{of_admin}")).status_code == 404
    names = {token["name"] for token in (await admin("GET", TOKENS)).json()["items"]}
    assert names == {"of admin", "of member", "theirs"}
    assert (await admin("DELETE", f"{TOKENS}/{uuid4()}")).status_code == 404


@pytest.mark.parametrize("name", ["", "x" * 101, "a\0b"])
async def test_a_token_needs_a_name(member: Person, name: str) -> None:
    assert (await member("POST", TOKENS, {"name": name})).status_code == 400
