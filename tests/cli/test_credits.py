"""`credits`: topping up and showing."""

from uuid import UUID

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
