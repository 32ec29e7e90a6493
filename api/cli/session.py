"""What every command needs: an event loop with open connections, and the account it speaks for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import click
import uvloop

from piccolo_conf import DB
from pipeline import connections
from pipeline.logs import hush

T = TypeVar("T")

FAILED, BAD_INPUT, CANCELLED = 1, 2, 130
"""Exit codes next to 0: the work failed; the command was misused; Ctrl-C or another cancel."""


class Refusal(click.ClickException):
    """Ends a command that cannot be done as asked: what is wrong and what to do."""

    exit_code = BAD_INPUT


class Failed(click.ClickException):
    """Ends a command whose work cannot be done now: what is wrong and what to do."""

    exit_code = FAILED


account_option = click.option(
    "--account", metavar="NAME", help="The account to work for (default: the first one)."
)


def run_async(main: Callable[[], Awaitable[T]]) -> T:
    """Run `main` on a loop of its own, with PostgreSQL and Redis open until it is done."""

    hush()

    async def opened() -> T:
        await connections.open_all()
        try:
            return await main()
        finally:
            await connections.close_all()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(opened())


async def fetch(query: str, *values: Any) -> list[Any]:
    """Rows of one statement outside any transaction."""
    async with DB.connection() as connection:
        return list(await connection.fetch(query, *values))


async def find_account(name: str | None) -> UUID:
    """The account called `name`, or the first one. Raises Refusal that names those there are."""
    rows = await fetch("select id, name from account order by created_at, id")
    if not rows:
        raise Refusal(
            "There is no account yet. `igny8 user add EMAIL --new-account NAME` adds one."
        )
    if name is None:
        return UUID(str(rows[0]["id"]))
    for row in rows:
        if row["name"] == name:
            return UUID(str(row["id"]))
    names = ", ".join(row["name"] for row in rows[:20])
    raise Refusal(f"There is no account called {name!r}. There are: {names}")


async def find_run(account_id: UUID, name: str) -> UUID:
    """The run with this id, or the newest for `last`. Raises Refusal if the account has none."""
    if name == "last":
        rows = await fetch(
            "select id from automation_run where account_id = $1 order by id desc limit 1",
            account_id,
        )
    else:
        try:
            run_id = UUID(name)
        except ValueError:
            raise Refusal(
                f"{name!r} is not the id of a run. `igny8 status` lists runs with their ids."
            ) from None
        rows = await fetch(
            "select id from automation_run where account_id = $1 and id = $2", account_id, run_id
        )
    if not rows:
        raise Refusal(
            f"There is no run {name} in this account. `igny8 status` lists runs with their ids."
        )
    return UUID(str(rows[0]["id"]))
