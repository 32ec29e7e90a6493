"""Changes on the version that was read, deletes with reasons, and the telling of both."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest

from api import editing
from api.problems import Problem
from db.columns import uuid7
from piccolo_conf import DB
from pipeline import connections, events
from tests.api.listings import KEYWORDS, add
from tests.support import new_account

NONE: dict[str, str] = {}
STATUSES = ("queued", "processing", "completed")


async def told(account: UUID) -> list[dict[str, Any]]:
    found: Any = await connections.state().xrange(f"igny8:{{{account}}}:events")
    return [msgspec.json.decode(fields[b"event"]) for _, fields in found]


async def refusal(account: UUID, row: UUID, version: int) -> Problem:
    with pytest.raises(Problem) as caught:
        await editing.edit(KEYWORDS, account, row, version, {"volume": 9})
    return caught.value


async def test_a_change_on_the_current_version_is_made_and_told(account: UUID) -> None:
    [row] = await add(account, [(1, None)])
    changed = await editing.edit(KEYWORDS, account, row, 1, {"volume": 2, "difficulty": None})
    assert (changed["volume"], changed["version"]) == (2, 2)
    assert await told(account) == [
        {"type": "rows", "table": "keyword", "ids": [str(row)], "deleted": False}
    ]


async def test_a_change_on_an_older_version_is_refused_and_says_so(account: UUID) -> None:
    [row] = await add(account, [(1, None)])
    await editing.edit(KEYWORDS, account, row, 1, {"volume": 2})
    problem = await refusal(account, row, 1)
    assert (problem.status, problem.code) == (409, "changed_meanwhile")
    assert "version 2" in problem.detail


async def test_a_run_that_moves_the_row_meanwhile_is_nobody_to_give_way_to(account: UUID) -> None:
    [row] = await add(account, [(1, None)])
    async with DB.connection() as connection:
        await connection.execute("update keyword set generation_status = 'queued'")
    changed = await editing.edit(KEYWORDS, account, row, 1, {"volume": 2})
    assert (changed["volume"], changed["version"]) == (2, 3)


async def test_a_version_that_has_not_been_yet_is_refused(account: UUID) -> None:
    [row] = await add(account, [(1, None)])
    assert (await refusal(account, row, 2)).code == "changed_meanwhile"


async def test_of_many_editors_at_once_one_wins_and_the_others_are_told(account: UUID) -> None:
    [row] = await add(account, [(0, None)])
    results = await asyncio.gather(
        *(editing.edit(KEYWORDS, account, row, 1, {"volume": n}) for n in range(1, 9)),
        return_exceptions=True,
    )
    won = [each for each in results if not isinstance(each, BaseException)]
    lost = [each for each in results if isinstance(each, Problem)]
    assert (len(won), {each.code for each in lost}) == (1, {"changed_meanwhile"})
    assert len(lost) == 7
    assert (await editing.show(KEYWORDS, account, row))["volume"] == won[0]["volume"]


async def test_rows_that_are_unknown_or_of_another_account_are_not_there(account: UUID) -> None:
    [theirs] = await add(await new_account("Another", 1), [(1, None)])
    assert (await refusal(account, uuid7(), 1)).status == 404
    assert (await refusal(account, theirs, 1)).status == 404


async def test_a_change_that_changes_nothing_is_neither_counted_nor_told(account: UUID) -> None:
    [row] = await add(account, [(1, None)])
    same = await editing.edit(KEYWORDS, account, row, 1, {"volume": 1})
    nothing = await editing.edit(KEYWORDS, account, row, 1, {})
    assert (same["version"], nothing["version"], await told(account)) == (1, 1, [])


async def test_a_delete_skips_rows_with_an_obstacle_and_says_why(account: UUID) -> None:
    ids = await add(account, [(n, None) for n in range(4)])
    [theirs] = await add(await new_account("Another", 1), [(0, None)])
    obstacles = {"r.volume = 1": "one is kept", "r.volume > 0": "more are kept"}
    done = await editing.delete(KEYWORDS, account, [*ids[:3], theirs, ids[0]], obstacles)
    assert done.deleted == 1
    assert {each.id: each.reason for each in done.skipped} == {
        ids[1]: "one is kept",
        ids[2]: "more are kept",
        theirs: "There is no such keyword.",
    }
    async with DB.connection() as connection:
        left = await connection.fetch("select id from keyword")
    assert {row["id"] for row in left} == {*ids[1:], theirs}
    assert [(each["deleted"], each["ids"]) for each in await told(account)] == [
        (True, [str(ids[0])])
    ]


async def test_rows_that_go_with_a_deleted_one_are_told_of_too(account: UUID) -> None:
    ids = await add(account, [(1, None), (2, None)])
    children = {"image": "select id from keyword where id = any($1::uuid[]) and volume = 2"}
    await editing.delete(KEYWORDS, account, ids, NONE, gone=children)
    assert {each["table"]: set(each["ids"]) for each in await told(account)} == {
        "image": {str(ids[1])},
        "keyword": {str(each) for each in ids},
    }


async def test_an_item_of_a_run_that_goes_on_is_open(
    account: UUID, run: UUID, keywords: list[UUID]
) -> None:
    async with DB.connection() as connection:
        await connection.executemany(
            "insert into run_item (run_id, account_id, stage, item_id, position, status)"
            " values ($1, $2, 1, $3, $4, $5)",
            [
                (run, account, k, n, s)
                for n, (k, s) in enumerate(zip(keywords, STATUSES, strict=True))
            ],
        )
    obstacles = {editing.open_in_run(1): "A run is working on it."}
    done = await editing.delete(KEYWORDS, account, keywords, obstacles)
    assert ({each.id for each in done.skipped}, done.deleted) == (set(keywords[:2]), 1)


async def test_more_changed_rows_than_can_be_named_are_told_as_many(account: UUID) -> None:
    await events.rows_changed(account, "task", [uuid7() for _ in range(501)])
    assert await told(account) == [{"type": "rows", "table": "task", "many": True}]
