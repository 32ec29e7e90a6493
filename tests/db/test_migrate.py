"""Migrations: they agree with the tables, and with the words of the enums."""

import asyncio
import os
import re
import subprocess
import sys
from enum import Enum
from uuid import UUID

import asyncpg
import pytest

from db import status
from db.engine import Engine
from db.migrate import drift, missing
from piccolo_conf import DB
from pipeline.local.servers import Servers

WORDS: dict[str, type[Enum]] = {
    "app_user.role": status.Role,
    "automation_run.order": status.RunOrder,
    "automation_run.status": status.RunStatus,
    "cluster.generation_status": status.GenerationStatus,
    "cluster.status": status.PlanningStatus,
    "content.generation_status": status.GenerationStatus,
    "content.status": status.ContentStatus,
    "content_idea.generation_status": status.GenerationStatus,
    "content_idea.status": status.IdeaStatus,
    "credit_entry.kind": status.CreditKind,
    "image.generation_status": status.GenerationStatus,
    "image.kind": status.ImageKind,
    "keyword.generation_status": status.GenerationStatus,
    "keyword.placed_by": status.PlacedBy,
    "keyword.status": status.PlanningStatus,
    "run_item.status": status.GenerationStatus,
    "run_stage.status": status.StageStatus,
    "task.generation_status": status.GenerationStatus,
    "task.status": status.TaskStatus,
}


async def test_tables_and_migrations_agree(connections: None) -> None:
    assert await drift() == []


async def test_nothing_is_missing_after_migrating(connections: None) -> None:
    assert await missing() == []


async def test_the_database_takes_the_words_of_the_enums_and_no_others(connections: None) -> None:
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select conrelid::regclass || '.' || a.attname as name,"
            "   pg_get_constraintdef(c.oid) as d from pg_constraint c join pg_attribute a"
            "   on a.attrelid = c.conrelid and array[a.attnum] = c.conkey"
            " where c.contype = 'c' and pg_get_constraintdef(c.oid) like '%ANY%'"
        )
    found = {row["name"].replace('"', ""): set(re.findall(r"'(\w+)'", row["d"])) for row in rows}
    assert found == {name: {word.value for word in words} for name, words in WORDS.items()}


async def test_a_balance_never_falls_below_zero(account: UUID) -> None:
    async with DB.connection() as connection:
        with pytest.raises(asyncpg.CheckViolationError):
            await connection.execute("update account set balance = -1 where id = $1", account)


async def test_an_item_of_a_run_is_charged_once(account: UUID) -> None:
    charge = (
        "insert into credit_entry (account_id, run_id, stage, item_id, kind, amount, held)"
        " select $1, id, 4, $1, 'charge', 0, -1 from automation_run"
    )
    async with DB.connection() as connection:
        await connection.execute("insert into automation_run (account_id) values ($1)", account)
        await connection.execute(charge, account)
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(charge, account)


async def test_four_that_migrate_at_once_do_the_work_once(servers: Servers) -> None:
    url = os.environ["DATABASE_URL"].replace("/igny8?", "/at_once?")
    connection = await Engine().get_new_connection()
    await connection.execute("create database at_once")
    await connection.close()

    async def one() -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "db.migrate",
            env={**os.environ, "DATABASE_URL": url},
            stdout=subprocess.PIPE,
        )
        return (await process.communicate())[0].decode()

    told = sorted(await asyncio.gather(*(one() for _ in range(4))))
    assert told[:3] == ["0 migration(s) applied\n"] * 3
    assert told[3] != told[0]
