"""`igny8 user`: people, their sign-in links and their API tokens."""

import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

import asyncpg
import click

from api import passwords, people
from api.cli.session import Refusal, account_option, find_account, run_async
from db.status import Role
from piccolo_conf import DB
from pipeline.local import environment
from pipeline.settings import settings

T = TypeVar("T")


@click.group()
def user() -> None:
    """Add users, make sign-in links and API tokens."""


@user.command()
@click.argument("email")
@click.option("--admin", is_flag=True, help="May add users and top up credits.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--new-account", metavar="NAME", help="Make an account of this name for the user.")
@account_option
def add(
    email: str, admin: bool, password_stdin: bool, new_account: str | None, account: str | None
) -> None:
    """Add a user, with a password or with a link to sign in by.

    The first user of an account is an administrator, with or without --admin.
    """
    email = people.normal_email(email)
    if not people.is_email(email):
        raise click.BadParameter(f"{email!r} is not an e-mail address.", param_hint="EMAIL")
    if new_account and account:
        raise click.UsageError("--new-account and --account exclude each other.")
    if new_account is not None and not 0 < len(new_account.strip()) <= 100:
        raise click.BadParameter("1 to 100 characters are needed.", param_hint="--new-account")
    password = _password(from_stdin=password_stdin)

    async def main() -> str | None:
        stored = await passwords.hash_password(password) if password else ""
        existing = None if new_account else await find_account(account)
        return await _add(
            email, Role.ADMIN if admin else Role.MEMBER, stored, existing, new_account
        )

    path = _run(main)
    if path is None:
        click.echo(f"{email} can sign in at {_address()}/sign-in", err=True)
    else:
        _show_link(email, path, people.INVITATION.days * 24)


@user.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a link that signs a user in, once and within an hour."""

    async def main() -> str:
        async with DB.connection() as connection:
            row = await _find(connection, email)
            path, _ = await people.add_link(connection, row["id"], people.HOUR)
            return path

    _show_link(email, _run(main), 1)


@user.command()
@click.argument("email")
@click.option("--name", default="command line", help="What the token is for.")
def token(email: str, name: str) -> None:
    """Make an API token for a user and print it, once."""

    async def main() -> str:
        async with DB.connection() as connection:
            row = await _find(connection, email)
            _, value = await people.add_api_token(
                connection, row["account_id"], row["id"], name[:100]
            )
            return value

    made = _run(main)
    click.echo(f"API token of {email} (shown only now, keep it safe):", err=True)
    click.echo(made)


async def _add(
    email: str, role: Role, stored: str, account_id: UUID | None, new_account: str | None
) -> str | None:
    """Add the user to the account (or to a new one), all or nothing; the path of their link."""
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        if account_id is None:
            account_id = await connection.fetchval(
                "insert into account (name) values ($1) on conflict do nothing returning id",
                (new_account or "").strip(),
            )
        if account_id is None:
            raise Refusal(f"There is already an account called {new_account!r}: use --account.")
        try:
            made = await people.add_user(connection, account_id, email, role, stored)
        except people.EmailTaken:
            raise Refusal(
                f"There is already a user {email}. `igny8 user link {email}` lets them in,"
                f" `igny8 user token {email}` makes an API token."
            ) from None
        link = None if stored else await people.add_link(connection, made, people.INVITATION)
    return link and link[0]


async def _find(connection: asyncpg.Connection, email: str) -> asyncpg.Record:
    row = await connection.fetchrow(
        "select id, account_id from app_user where email = $1", people.normal_email(email)
    )
    if row is None:
        raise Refusal(f"There is no user {email}. `igny8 user add {email}` adds one.")
    return row


def _password(*, from_stdin: bool) -> str:
    """The password for a new user, empty if they are to sign in by a link. Raises UsageError."""
    if from_stdin:
        given = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        given = click.prompt(
            "Password (empty: they sign in by a link)",
            default="",
            show_default=False,
            hide_input=True,
            confirmation_prompt=True,
            err=True,
        )
    else:
        return ""
    if (given or from_stdin) and not passwords.SHORTEST <= len(given) <= passwords.LONGEST:
        raise click.UsageError(
            f"A password has {passwords.SHORTEST} to {passwords.LONGEST} characters."
        )
    return str(given)


def _run(main: Callable[[], Awaitable[T]]) -> T:
    with environment.system():
        return run_async(main)


def _address() -> str:
    return f"http://{settings().host}:{settings().port}"


def _show_link(email: str, path: str, hours: int) -> None:
    within = "an hour" if hours == 1 else f"{hours} hours"
    click.echo(f"Signs {email} in, once and within {within} (shown only now):", err=True)
    click.echo(f"{_address()}{path}")
