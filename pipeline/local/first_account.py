"""The first account of a new database: an administrator, a key for scripts, some credits.

The administrator has no password at first and signs in by a link. The key is kept in a file that
only its owner can read; the database has its hash.
"""

from pathlib import Path
from uuid import UUID

import asyncpg

from db.columns import uuid7
from db.engine import Engine
from db.tokens import hash_of, new_token

NAME = "My account"
EMAIL = "admin@localhost"
CREDITS = 10_000
LOCK = 7_265_647

TOKEN_FILE = "token"  # noqa: S105 - the name of a file


async def make_first_account(data: Path) -> UUID | None:
    """Make it if the database has no account; returns its id, None if there was one."""
    connection = await Engine().get_new_connection()
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
            if await connection.fetchval("select exists (select from account)"):
                return None
            token = new_token()
            account = await _insert(connection, token)
            write_secret(data / TOKEN_FILE, token)
            return account
    finally:
        await connection.close()


async def _insert(connection: asyncpg.Connection, token: str) -> UUID:
    account, user = uuid7(), uuid7()
    await connection.execute(
        "insert into account (id, name, balance) values ($1, $2, $3)", account, NAME, CREDITS
    )
    await connection.execute(
        "insert into credit_entry (account_id, kind, amount, note)"
        " values ($1, 'top_up', $2, 'credits to begin with')",
        account,
        CREDITS,
    )
    await connection.execute(
        "insert into app_user (id, account_id, email, password_hash, role)"
        " values ($1, $2, $3, '', 'admin')",
        user,
        account,
        EMAIL,
    )
    await connection.execute(
        "insert into api_token (account_id, user_id, name, hash)"
        " values ($1, $2, 'first token', $3)",
        account,
        user,
        hash_of(token),
    )
    return account


def write_secret(file: Path, secret: str) -> None:
    """Write a file that only its owner can read."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(f"{secret}\n")
