"""`igny8 user`: people and their API tokens."""

import re
from uuid import UUID

import asyncpg
import click

from api.cli.session import Refusal, account_option, find_account, run_async
from db.status import Role
from db.tokens import hash_of, new_token
from piccolo_conf import DB
from pipeline.local import environment

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@click.group()
def user() -> None:
    """Add users, make API tokens."""


@user.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="May top up credits and change settings.")
@click.option("--new-account", metavar="NAME", help="Make an account of this name for the user.")
@account_option
def add(email: str, admin: bool, new_account: str | None, account: str | None) -> None:
    """Add a user and print an API token, once."""
    email = email.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise click.BadParameter(f"{email!r} is not an e-mail address.", param_hint="EMAIL")
    if new_account and account:
        raise click.UsageError("--new-account and --account exclude each other.")
    if new_account is not None and not 0 < len(new_account.strip()) <= 100:
        raise click.BadParameter("1 to 100 characters are needed.", param_hint="--new-account")
    role = Role.ADMIN if admin else Role.MEMBER

    async def main() -> str:
        existing = None if new_account else await find_account(account)
        return await add_user(email, role, existing, (new_account or "").strip())

    with environment.system():
        token = run_async(main)
    _show(email, token)


@user.command()
@click.argument("email")
@click.option("--name", default="command line", help="What the token is for.")
def token(email: str, name: str) -> None:
    """Make another API token for a user and print it, once."""

    async def main() -> str:
        async with DB.connection() as connection:
            row = await connection.fetchrow(
                "select id, account_id from app_user where email = $1", email.strip().lower()
            )
            if row is None:
                raise Refusal(f"There is no user {email}. `igny8 user add {email}` adds one.")
            return await _add_token(connection, row["account_id"], row["id"], name[:100])

    with environment.system():
        made = run_async(main)
    _show(email, made)


async def add_user(email: str, role: Role, account_id: UUID | None, new_account: str) -> str:
    """Add a user to the account (or to a new one), all or nothing; the token. Raises Refusal."""
    async with DB.connection() as connection, connection.transaction():
        try:
            if account_id is None:
                account_id = await connection.fetchval(
                    "insert into account (name) values ($1) returning id", new_account
                )
            user_id = await connection.fetchval(
                "insert into app_user (account_id, email, password_hash, role)"
                " values ($1, $2, '', $3) returning id",
                account_id,
                email,
                role.value,
            )
        except asyncpg.UniqueViolationError as error:
            if "account" in (error.constraint_name or ""):
                raise Refusal(
                    f"There is already an account called {new_account!r}: use --account."
                ) from None
            raise Refusal(
                f"There is already a user {email}. `igny8 user token {email}` makes a new token."
            ) from None
        assert account_id is not None
        return await _add_token(connection, account_id, user_id, "command line")


async def _add_token(
    connection: asyncpg.Connection, account_id: UUID, user_id: UUID, name: str
) -> str:
    made = new_token()
    await connection.execute(
        "insert into api_token (account_id, user_id, name, hash) values ($1, $2, $3, $4)",
        account_id,
        user_id,
        name,
        hash_of(made),
    )
    return made


def _show(email: str, made: str) -> None:
    click.echo(f"API token of {email} (shown only now, keep it safe):", err=True)
    click.echo(made)
