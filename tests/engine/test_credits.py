"""The credit ledger: every move adds up, and every account sees its own."""

import asyncio
from uuid import UUID, uuid4

import pytest

from piccolo_conf import DB
from pipeline import credits
from pipeline.errors import InsufficientCreditsError, ValidationError
from tests.engine import fakes
from tests.engine.fakes import Fate
from tests.support import new_account


async def new_run(account: UUID) -> UUID:
    made = "insert into automation_run (account_id) values ($1) returning id"
    run: UUID = await fakes.one(made, account)
    return run


async def hold(account: UUID, run: UUID, amount: int, stage: int = 2) -> None:
    async with DB.transaction() as transaction:
        await credits.hold(transaction.connection, account, run, stage, amount)


async def charge(account: UUID, run: UUID, *costs: tuple[UUID, int]) -> None:
    async with DB.transaction() as transaction:
        await credits.charge(transaction.connection, account, run, 2, costs)


async def release(account: UUID, run: UUID, stage: int | None = None) -> int:
    async with DB.connection() as connection:
        return await credits.release(connection, account, run, stage)


async def test_what_is_held_cannot_be_spent_and_what_is_left_comes_back(account: UUID) -> None:
    run, item = await new_run(account), uuid4()
    await hold(account, run, 100)
    assert await credits.balance(account) == 9_900
    await charge(account, run, (item, 30))
    assert await credits.balance(account) == 9_900
    assert await release(account, run) == 70
    assert await credits.balance(account) == 9_970
    assert await credits.spent(run) == 30
    await fakes.books(account)


async def test_an_item_is_charged_once_however_often_it_is_saved(account: UUID) -> None:
    run, item = await new_run(account), uuid4()
    await hold(account, run, 10)
    for _ in range(3):
        await charge(account, run, (item, 4))
    assert await credits.spent(run) == 4


async def test_a_free_item_leaves_no_line(account: UUID) -> None:
    run = await new_run(account)
    await hold(account, run, 0)
    await charge(account, run, (uuid4(), 0))
    assert [entry.kind for entry in await credits.entries(account)] == ["top_up"]


async def test_more_than_there_is_cannot_be_held(account: UUID) -> None:
    run = await new_run(account)
    with pytest.raises(InsufficientCreditsError) as caught:
        await hold(account, run, 10_001)
    assert str(caught.value) == "Insufficient credits. Required: 10001, Available: 10000"
    assert await credits.balance(account) == 10_000


async def test_those_who_hold_at_once_never_hold_more_than_there_is(account: UUID) -> None:
    run = await new_run(account)
    results = await asyncio.gather(
        *(hold(account, run, 3_000) for _ in range(6)), return_exceptions=True
    )
    refused = [r for r in results if isinstance(r, InsufficientCreditsError)]
    assert len(refused) == 3
    assert await credits.balance(account) == 1_000
    await fakes.books(account)


async def test_a_release_gives_back_once_and_only_what_the_stage_holds(account: UUID) -> None:
    run = await new_run(account)
    await hold(account, run, 10, stage=2)
    await hold(account, run, 20, stage=3)
    assert await release(account, run, 2) == 10
    assert await release(account, run, 2) == 0
    assert await release(account, run) == 20
    assert await credits.balance(account) == 10_000


@pytest.mark.parametrize("amount", [0, -5, 1_000_000_001])
async def test_a_top_up_of_a_strange_amount_is_refused(account: UUID, amount: int) -> None:
    with pytest.raises(ValidationError, match="amount must be"):
        await credits.top_up(account, amount)


async def test_an_unknown_account_is_not_topped_up(db: None) -> None:
    with pytest.raises(ValidationError, match="unknown"):
        await credits.top_up(uuid4(), 5)


async def test_the_ledger_is_read_in_pages_newest_first(account: UUID) -> None:
    for n in range(5):
        assert await credits.top_up(account, 1, f"number {n}") == 10_001 + n
    page = await credits.entries(account, limit=3)
    assert [entry.note for entry in page] == ["number 4", "number 3", "number 2"]
    rest = await credits.entries(account, before=page[-1].id, limit=3)
    assert [entry.note for entry in rest] == ["number 1", "number 0", "for the test"]


async def test_each_account_sees_its_own_ledger(account: UUID, fate: Fate) -> None:
    other = await new_account("Other", 7)
    await fakes.go_on(await fakes.start(account))
    assert [(entry.kind, entry.amount) for entry in await credits.entries(other)] == [("top_up", 7)]
    assert await credits.balance(other) == 7
