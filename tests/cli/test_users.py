"""`user`: adding people, their links and tokens that work."""

import re
from uuid import UUID

import pytest

from api import passwords
from db.tokens import PREFIX, hash_of
from piccolo_conf import DB
from tests.cli.support import Igny8

PASSWORD = "a long enough one"
EMAIL = "anna@example.com"


async def user_behind(table: str, secret: str) -> tuple[str, str]:
    """E-mail and role of whom a link or token belongs to."""
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            f"select u.email, u.role from {table} t join app_user u on u.id = t.user_id"
            " where t.hash = $1",
            hash_of(secret),
        )
    return row["email"], row["role"]


def secret_in(link: str) -> str:
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/sign-in#token=(\S+)\n", link)
    assert found is not None, link
    return found[1]


async def test_a_user_gets_a_link_that_is_stored_as_its_hash(igny8: Igny8, account: UUID) -> None:
    answer = await igny8("user", "add", "Anna@example.com", "--admin")
    assert answer.code == 0
    assert await user_behind("sign_in_link", secret_in(answer.out)) == (EMAIL, "admin")


async def test_the_first_user_of_an_account_is_its_administrator(igny8: Igny8) -> None:
    first = await igny8("user", "add", EMAIL)
    second = await igny8("user", "add", "ben@example.com")
    assert (await user_behind("sign_in_link", secret_in(first.out)))[1] == "admin"
    assert (await user_behind("sign_in_link", secret_in(second.out)))[1] == "member"


async def test_a_password_is_read_from_standard_input(igny8: Igny8) -> None:
    answer = igny8.fed(f"{PASSWORD}\n", "user", "add", EMAIL, "--password-stdin")
    assert (answer.code, answer.out) == (0, ""), answer.err
    assert "can sign in at http://127.0.0.1:8000/sign-in" in answer.err
    async with DB.connection() as connection:
        stored = await connection.fetchval("select password_hash from app_user")
    assert await passwords.fits(PASSWORD, stored)


@pytest.mark.parametrize("given", ["", "short", "x" * 129])
async def test_a_password_of_the_wrong_length_is_refused(igny8: Igny8, given: str) -> None:
    answer = igny8.fed(f"{given}\n", "user", "add", EMAIL, "--password-stdin")
    assert answer.code == 2
    assert "12 to 128 characters" in answer.err


async def test_a_user_is_added_once_but_may_have_more_links_and_tokens(igny8: Igny8) -> None:
    first = await igny8("user", "add", EMAIL)
    again = await igny8("user", "add", EMAIL)
    assert again.code == 2
    assert f"igny8 user link {EMAIL}" in again.err
    link = await igny8("user", "link", "ANNA@example.com")
    assert secret_in(link.out) != secret_in(first.out)
    token = await igny8("user", "token", EMAIL)
    assert token.out.startswith(PREFIX)
    assert await user_behind("api_token", token.out.strip()) == (EMAIL, "admin")


async def test_a_link_for_someone_unknown_is_refused(igny8: Igny8) -> None:
    answer = await igny8("user", "link", EMAIL)
    assert answer.code == 2
    assert f"igny8 user add {EMAIL}" in answer.err


async def test_a_new_account_comes_with_its_user_or_not_at_all(igny8: Igny8) -> None:
    assert (await igny8("user", "add", EMAIL, "--new-account", "Anna")).code == 0
    taken = await igny8("user", "add", EMAIL, "--new-account", "Another")
    assert taken.code == 2
    same = await igny8("user", "add", "ben@example.com", "--new-account", "Anna")
    assert "use --account" in same.err
    async with DB.connection() as connection:
        names = await connection.fetch("select name from account order by name")
    assert [row["name"] for row in names] == ["Anna", "Test"]


async def test_what_is_no_address_is_refused(igny8: Igny8) -> None:
    answer = await igny8("user", "add", "anna")
    assert answer.code == 2
    assert "not an e-mail address" in answer.err
