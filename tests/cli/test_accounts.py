"""`credits` and `user`: topping up, showing, tokens that work."""

from uuid import UUID

from db.tokens import PREFIX, hash_of
from piccolo_conf import DB
from tests.cli.support import Igny8
from tests.support import new_account


async def test_credits_are_added_and_shown(igny8: Igny8, account: UUID) -> None:
    added = await igny8("credits", "add", "250", "--note", "for spring")
    assert (added.code, added.out) == (0, "250 credits added. Balance: 10,250\n")
    shown = await igny8("credits", "show")
    assert shown.code == 0
    assert "10,250 credits, and 0 held" in shown.out
    assert "for spring" in shown.out


async def test_the_charges_of_a_stage_are_one_row(igny8: Igny8, account: UUID) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            "with run as (insert into automation_run (account_id, first_stage, last_stage,"
            " started_by) values ($1, 6, 6, 'test') returning id)"
            " insert into credit_entry (account_id, run_id, stage, item_id, kind, amount, held)"
            " select $1, run.id, 6, gen_random_uuid(), 'charge', 0, -2"
            " from run, generate_series(1, 40)",
            account,
        )
    shown = await igny8("credits", "show")
    rows = [line for line in shown.out.splitlines() if "charge" in line]
    assert len(rows) == 1
    assert "-80" in rows[0]
    assert "stage 6" in rows[0]
    assert "40 items" in rows[0]


async def test_credits_go_to_the_account_that_is_named(igny8: Igny8, account: UUID) -> None:
    other = await new_account("Second", 5)
    assert (await igny8("credits", "add", "7", "--account", "Second")).code == 0
    async with DB.connection() as connection:
        query = "select balance from account where id = $1"
        assert await connection.fetchval(query, other) == 12
        assert await connection.fetchval(query, account) == 10_000


async def test_an_unknown_account_is_named_with_those_there_are(igny8: Igny8) -> None:
    answer = await igny8("credits", "show", "--account", "Nobody")
    assert answer.code == 2
    assert "no account called 'Nobody'" in answer.err
    assert "Test" in answer.err


async def test_a_bad_amount_is_refused(igny8: Igny8) -> None:
    for amount in ("0", "ten"):
        answer = await igny8("credits", "add", amount)
        assert answer.code == 2
        assert "AMOUNT" in answer.err


async def test_a_user_gets_a_token_that_is_stored_as_its_hash(igny8: Igny8, account: UUID) -> None:
    answer = await igny8("user", "add", "Anna@example.com", "--admin")
    assert answer.code == 0
    token = answer.out.strip()
    assert token.startswith(PREFIX)
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select u.email, u.role, u.account_id from api_token t"
            " join app_user u on u.id = t.user_id where t.hash = $1",
            hash_of(token),
        )
    assert tuple(row) == ("anna@example.com", "admin", account)


async def test_a_user_is_added_once_but_may_have_more_tokens(igny8: Igny8) -> None:
    first = await igny8("user", "add", "anna@example.com")
    again = await igny8("user", "add", "anna@example.com")
    assert again.code == 2
    assert "igny8 user token anna@example.com" in again.err
    other = await igny8("user", "token", "anna@example.com")
    assert other.code == 0
    assert other.out != first.out


async def test_a_new_account_comes_with_its_user_or_not_at_all(igny8: Igny8) -> None:
    assert (await igny8("user", "add", "anna@example.com", "--new-account", "Anna")).code == 0
    taken = await igny8("user", "add", "anna@example.com", "--new-account", "Another")
    assert taken.code == 2
    async with DB.connection() as connection:
        names = await connection.fetch("select name from account order by name")
    assert [row["name"] for row in names] == ["Anna", "Test"]


async def test_what_is_no_address_is_refused(igny8: Igny8) -> None:
    answer = await igny8("user", "add", "anna")
    assert answer.code == 2
    assert "not an e-mail address" in answer.err
