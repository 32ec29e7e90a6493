"""Credits over HTTP: balance, prices, the ledger, top-ups, what runs have used."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from piccolo_conf import DB
from pipeline import credits
from pipeline.messages import FUNCTIONS
from tests.api.articles import add_item, value

CREDITS = "/api/v1/credits"


@pytest.fixture
async def used(account: UUID) -> UUID:
    """A run that has held 40 credits for stage 4, spent 5 + 7 and still holds the rest."""
    items = [uuid4(), uuid4()]
    run = await add_item(account, items[0], 4)
    await value(
        "insert into run_item (run_id, account_id, stage, item_id, position, title, status,"
        " tokens_in, tokens_out) values ($1, $2, 4, $3, 1, 'Tea', 'completed', 100, 900)",
        *(run, account, items[1]),
    )
    async with DB.transaction() as transaction:
        connection = transaction.connection
        await credits.hold(connection, account, run, 4, 40)
        await credits.charge(connection, account, run, 4, [(items[0], 5), (items[1], 7)])
    return run


async def test_balance_held_and_prices_are_shown(client: httpx2.AsyncClient, used: UUID) -> None:
    shown = (await client.get(CREDITS)).json()
    assert (shown["balance"], shown["held"]) == (9_960, 28)
    assert set(shown["prices"]) == set(FUNCTIONS.values())
    assert shown["prices"]["generate_content"] == {"credits": 1, "unit": "100 words"}
    assert shown["purchase_url"] == "/credits"


async def test_the_ledger_comes_newest_first_page_by_page(
    client: httpx2.AsyncClient, used: UUID
) -> None:
    first = (await client.get(f"{CREDITS}/entries", params={"limit": 3})).json()
    rest = (await client.get(f"{CREDITS}/entries", params={"after": first["next"]})).json()
    lines = first["items"] + rest["items"]
    assert [line["kind"] for line in lines] == ["charge", "charge", "hold", "top_up"]
    assert [line["title"] for line in lines[:2]] == ["Tea", ""]
    assert rest["next"] is None
    assert sum(line["amount"] for line in lines) == 9_960


async def test_the_ledger_is_filtered(client: httpx2.AsyncClient, used: UUID) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for filters, count in (
        ({"kind": "charge"}, 2),
        ({"kind": "top_up"}, 1),
        ({"run_id": str(used)}, 3),
        ({"run_id": str(uuid4())}, 0),
        ({"since": soon}, 0),
        ({"until": soon}, 4),
        ({"since": "2020-01-01T00:00:00"}, 4),
    ):
        answer = await client.get(f"{CREDITS}/entries", params=filters)
        assert len(answer.json()["items"]) == count, filters


async def test_an_administrator_tops_up_and_the_ledger_says_who(
    administrator: httpx2.AsyncClient,
) -> None:
    answer = await administrator.post(f"{CREDITS}/top-up", json={"amount": 250})
    assert (answer.status_code, answer.json()["balance"]) == (200, 10_250)
    (line, _) = (await administrator.get(f"{CREDITS}/entries")).json()["items"]
    assert (line["amount"], line["note"]) == (250, "added by admin@example.com")


async def test_a_member_cannot_top_up(client: httpx2.AsyncClient) -> None:
    answer = await client.post(f"{CREDITS}/top-up", json={"amount": 250})
    assert (answer.status_code, answer.json()["code"]) == (403, "admin_only")
    assert (await client.get(CREDITS)).json()["balance"] == 10_000


@pytest.mark.parametrize("amount", [0, -1, 10**9 + 1, 1.5, "many"])
async def test_a_top_up_has_limits(administrator: httpx2.AsyncClient, amount: object) -> None:
    answer = await administrator.post(f"{CREDITS}/top-up", json={"amount": amount})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "amount")


async def test_usage_is_told_by_run_and_stage(client: httpx2.AsyncClient, used: UUID) -> None:
    (run,) = (await client.get(f"{CREDITS}/usage")).json()["items"]
    assert run["run_id"] == str(used)
    assert run["function"] == "generate_content"
    assert run["use"] == {
        "held": 40,
        "charged": 12,
        "released": 0,
        "left": 28,
        "completed": 1,
        "tokens_in": 100,
        "tokens_out": 900,
        "untold": 0,
    }
    assert run["stages"] == [{"stage": 4, "function": "generate_content", "use": run["use"]}]


async def test_unknown_tokens_are_unknown_and_not_nought(
    client: httpx2.AsyncClient, used: UUID
) -> None:
    await value("update run_item set tokens_in = null, tokens_out = null")
    (run,) = (await client.get(f"{CREDITS}/usage")).json()["items"]
    assert (run["use"]["tokens_in"], run["use"]["tokens_out"], run["use"]["untold"]) == (
        None,
        None,
        1,
    )


async def test_usage_is_paged(client: httpx2.AsyncClient, account: UUID, used: UUID) -> None:
    newer = await add_item(account, uuid4(), 1)
    first = (await client.get(f"{CREDITS}/usage", params={"limit": 1})).json()
    rest = (await client.get(f"{CREDITS}/usage", params={"after": first["next"]})).json()
    assert [run["run_id"] for run in first["items"] + rest["items"]] == [str(newer), str(used)]


async def test_strangers_see_their_own_only(
    client: httpx2.AsyncClient, used: UUID, stranger: dict[str, str]
) -> None:
    client.headers.update(stranger)
    assert (await client.get(CREDITS)).json()["balance"] == 500
    assert (await client.get(CREDITS)).json()["held"] == 0
    lines = (await client.get(f"{CREDITS}/entries", params={"run_id": str(used)})).json()
    assert lines["items"] == []
    assert (await client.get(f"{CREDITS}/usage")).json()["items"] == []
