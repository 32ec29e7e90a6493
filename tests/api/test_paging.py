"""Pages joined are the list, whatever is inserted and deleted between them."""

import os
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.paging import Cursor, Wanted, _write, escaped, ids_of, page
from api.problems import Problem
from db.columns import uuid7
from piccolo_conf import DB
from tests.api.listings import KEYWORDS, ORDERS, add, all_pages
from tests.support import new_account

VOLUMES = st.none() | st.integers(0, 3)
AMOUNTS = st.none() | st.sampled_from([0.0, 0.1, 33.3, 100.0])
ROWS = st.lists(st.tuples(VOLUMES, AMOUNTS), max_size=12)
HISTORY = settings(
    max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


def in_order(rows: list[Any], sort: str) -> list[UUID]:
    """What Python makes of the order: unknown values last, the id decides between equal ones."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    column = {"created_at": "id"}.get(name, name)
    known = [row for row in rows if row[column] is not None]
    unknown = [row for row in rows if row[column] is None]
    known.sort(key=lambda row: (row[column], row["id"]), reverse=descending)
    unknown.sort(key=lambda row: row["id"], reverse=descending)
    return [row["id"] for row in known + unknown]


@HISTORY
@given(rows=ROWS, sort=st.sampled_from(ORDERS), limit=st.integers(1, 5))
async def test_pages_joined_are_the_whole_list_in_order(
    db: None, rows: list[tuple[int | None, float | None]], sort: str, limit: int
) -> None:
    account = await new_account(os.urandom(8).hex(), 1)
    await add(account, rows)
    pages = await all_pages(account, sort, limit)
    joined = [row for rows in pages for row in rows]
    assert [row["id"] for row in joined] == in_order(joined, sort)
    assert len(joined) == len(rows)
    assert all(len(rows) == limit for rows in pages[:-1])


@HISTORY
@given(
    rows=ROWS,
    sort=st.sampled_from(ORDERS),
    limit=st.integers(1, 4),
    between=st.lists(st.tuples(ROWS, st.sets(st.integers(0, 11))), max_size=4),
)
async def test_rows_that_stay_are_neither_lost_nor_doubled_while_others_come_and_go(
    db: None,
    rows: list[tuple[int | None, float | None]],
    sort: str,
    limit: int,
    between: list[tuple[list[tuple[int | None, float | None]], set[int]]],
) -> None:
    account = await new_account(os.urandom(8).hex(), 1)
    first = await add(account, rows)
    seen: list[UUID] = []
    gone: set[UUID] = set()
    after, changes = None, iter(between)
    while True:
        found, after = await page(KEYWORDS, account, sort, Wanted(after=after, limit=limit))
        seen += [row["id"] for row in found]
        if after is None:
            break
        new, leaving = next(changes, ([], set()))
        await add(account, new)
        gone |= {first[place] for place in leaving if place < len(first)}
        async with DB.connection() as connection:
            await connection.execute("delete from keyword where id = any($1::uuid[])", list(gone))
    assert len(seen) == len(set(seen))
    stayed = set(first) - gone
    assert stayed <= set(seen)
    everything = [row for rows in await all_pages(account, sort, 100) for row in rows]
    kept = [row["id"] for row in everything if row["id"] in stayed]
    assert [row for row in seen if row in stayed] == kept


def cursor(sort: str, value: Any) -> str:
    return _write(Cursor(sort, value, uuid7()))


@pytest.mark.parametrize(
    ("sort", "after"),
    [
        ("volume", "x"),
        ("volume", "é"),
        ("volume", "AAAA"),
        ("volume", "W10"),
        ("volume", cursor("volume", "5")),
        ("volume", cursor("volume", 2**63)),
        ("volume", cursor("volume", 1.5)),
        ("text", cursor("text", None)),
        ("text", cursor("text", "te\0a")),
        ("updated_at", cursor("updated_at", "2026-01-01T00:00:00")),
        ("updated_at", cursor("updated_at", "0001-01-01T00:00:00+14:00")),
        ("volume", cursor("-volume", 5)),
        ("volume", cursor("text", "tea")),
        ("volume", cursor("no such order", 5)),
    ],
)
async def test_a_cursor_that_is_none_or_of_another_order_is_refused(
    account: UUID, sort: str, after: str
) -> None:
    with pytest.raises(Problem) as caught:
        await page(KEYWORDS, account, sort, Wanted(after=after))
    assert caught.value.status == 422
    assert caught.value.fields is not None
    assert caught.value.fields[0].field == "after"


async def test_a_cursor_of_a_row_that_is_gone_still_leads_on(account: UUID) -> None:
    ids = await add(account, [(n, None) for n in range(4)])
    _, after = await page(KEYWORDS, account, "volume", Wanted(limit=2))
    async with DB.connection() as connection:
        await connection.execute("delete from keyword where id = $1", ids[1])
    rows, _ = await page(KEYWORDS, account, "volume", Wanted(after=after))
    assert [row["id"] for row in rows] == ids[2:]


@pytest.mark.parametrize("text", ["50%", "a_b", r"back\slash", "%", "_", "\\", "GRÜN"])
async def test_a_search_finds_the_text_itself_in_any_case(account: UUID, text: str) -> None:
    async with DB.connection() as connection:
        for other in (f"buy {text.lower()} here", "plain words", "axb", "501"):
            await connection.execute(
                "insert into keyword (account_id, text, key) values ($1, $2, $2)", account, other
            )
    rows, _ = await page(KEYWORDS, account, "text", Wanted(q=text))
    assert [row["text"] for row in rows] == [f"buy {text.lower()} here"]


def test_a_pattern_stands_for_its_text() -> None:
    assert escaped(r"100%_\ ") == r"100\%\_\\ "


async def test_rows_asked_for_by_their_ids_come_in_one_page(account: UUID) -> None:
    ids = await add(account, [(None, None)] * 7)
    rows, after = await page(KEYWORDS, account, "volume", Wanted(ids=ids[2:], limit=2))
    assert ({row["id"] for row in rows}, after) == (set(ids[2:]), None)


async def test_filters_hold_on_every_page(account: UUID) -> None:
    ids = await add(account, [(n % 3, None) for n in range(9)])
    wanted = Wanted(limit=2)
    seen = []
    while True:
        rows, after = await page(KEYWORDS, account, "-created_at", wanted, {"volume": 1})
        seen += [row["id"] for row in rows]
        if after is None:
            break
        wanted = Wanted(limit=2, after=after)
    assert seen == [ids[7], ids[4], ids[1]]


async def test_nothing_of_another_account_is_listed(account: UUID) -> None:
    other = await new_account("Another", 1)
    mine, others = await add(account, [(1, 1.0)]), await add(other, [(1, 1.0)])
    rows, _ = await page(KEYWORDS, account, "volume", Wanted(ids=mine + others))
    assert [row["id"] for row in rows] == mine
    assert (await ids_of(KEYWORDS, account, Wanted())).total == 1


async def test_the_ids_of_all_that_match_come_in_the_order_of_arrival(account: UUID) -> None:
    ids = await add(account, [(n, None) for n in (3, 1, 2, 1)])
    everything = await ids_of(KEYWORDS, account, Wanted())
    some = await ids_of(KEYWORDS, account, Wanted(), {"volume": 1})
    assert ([UUID(str(each)) for each in everything.ids], everything.total) == (ids, 4)
    assert ([UUID(str(each)) for each in some.ids], some.total) == ([ids[1], ids[3]], 2)
    assert (await ids_of(KEYWORDS, account, Wanted(), {"volume": 9})).ids == []
