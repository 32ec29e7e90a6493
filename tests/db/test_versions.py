"""`version` and `updated_at` of business rows, kept by a trigger."""

from typing import Any
from uuid import UUID

from piccolo_conf import DB


async def change(assignment: str, row: UUID) -> Any:
    async with DB.connection() as connection:
        return await connection.fetchrow(
            f"update keyword set {assignment} where id = $1"
            " returning version, edited_version, updated_at",
            row,
        )


async def add_keyword(account: UUID) -> Any:
    async with DB.connection() as connection:
        return await connection.fetchrow(
            "insert into keyword (account_id, text, key) values ($1, 'tea', 'tea')"
            " returning id, version, updated_at",
            account,
        )


async def test_a_new_row_has_version_1(account: UUID) -> None:
    assert (await add_keyword(account))["version"] == 1


async def test_each_real_change_raises_the_version_by_one_and_moves_the_time(account: UUID) -> None:
    row = await add_keyword(account)
    first = await change("volume = 5", row["id"])
    second = await change("volume = 6", row["id"])
    assert (first["version"], second["version"]) == (2, 3)
    assert row["updated_at"] < first["updated_at"] < second["updated_at"]


async def test_an_update_that_changes_nothing_leaves_the_version(account: UUID) -> None:
    row = await add_keyword(account)
    await change("volume = 5", row["id"])
    again = await change("volume = 5, text = 'tea'", row["id"])
    assert again["version"] == 2


async def test_a_change_of_the_generation_status_is_no_edit(account: UUID) -> None:
    row = await add_keyword(account)
    moved = await change("generation_status = 'queued'", row["id"])
    assert (moved["version"], moved["edited_version"]) == (2, 1)
    both = await change("generation_status = 'processing', volume = 5", row["id"])
    assert (both["version"], both["edited_version"]) == (3, 3)


async def test_nobody_sets_a_version_by_hand(account: UUID) -> None:
    row = await add_keyword(account)
    assert (await change("version = 70, volume = 1", row["id"]))["version"] == 2


async def test_every_table_with_a_version_has_the_trigger(connections: None) -> None:
    async with DB.connection() as connection:
        versioned = await connection.fetch(
            "select table_name from information_schema.columns"
            " where column_name = 'version' and table_name <> 'automation_run'"
            " and table_schema = 'public'"
        )
        watched = await connection.fetch(
            "select tgrelid::regclass::text as name from pg_trigger where tgname like '%_changed'"
        )
    assert {row["table_name"] for row in versioned} == {row["name"] for row in watched}
    assert len(watched) == 6
