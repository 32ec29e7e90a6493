"""Users in the database, as HTTP and the command line both need them: added, given a way in.

Every function takes the connection, so that callers decide what one transaction holds.
"""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import asyncpg
from msgspec import Meta

from api.texts import EMAIL, NAME
from db.status import Role
from db.tokens import hash_of, new_secret, new_token

Email = Annotated[str, Meta(max_length=254, pattern=EMAIL, examples=["anna@example.com"])]
"""An e-mail address of a user to be added."""

TokenName = Annotated[str, Meta(min_length=1, max_length=100, pattern=NAME, examples=["nightly"])]
"""What a token is for."""

HOUR = timedelta(hours=1)
"""How long a link lasts that is used by whoever asked for it."""

INVITATION = timedelta(days=2)
"""How long a link lasts that is sent to someone."""


class EmailTaken(Exception):
    """There is a user with this e-mail address already, in this account or another."""


def normal_email(email: str) -> str:
    """The form in which addresses are stored and compared."""
    return unicodedata.normalize("NFC", email.strip()).lower()


def is_email(email: str) -> bool:
    """Whether it can be the address of a new user."""
    return len(email) <= 254 and re.match(EMAIL, email) is not None


async def add_user(
    connection: asyncpg.Connection, account_id: UUID, email: str, role: Role, password_hash: str
) -> UUID:
    """Add a user; the first of an account is an administrator. Raises EmailTaken.

    `email` is a normal one; `password_hash` is empty for who will sign in by a link.
    """
    made = await connection.fetchval(
        "insert into app_user (account_id, email, password_hash, role) select $1, $2, $3,"
        " case when exists (select from app_user where account_id = $1) then $4 else 'admin' end"
        " on conflict (email) do nothing returning id",
        account_id,
        email,
        password_hash,
        role.value,
    )
    if made is None:
        raise EmailTaken(email)
    return UUID(str(made))


async def add_link(
    connection: asyncpg.Connection, user_id: UUID, lasts: timedelta
) -> tuple[str, datetime]:
    """A new sign-in link: the path to open in a browser, good once, and until when.

    What signs in stands behind the `#`, which browsers send to nobody and no log sees.
    """
    secret = new_secret()
    expires_at: datetime = await connection.fetchval(
        "insert into sign_in_link (user_id, hash, expires_at) values ($1, $2, now() + $3)"
        " returning expires_at",
        user_id,
        hash_of(secret),
        lasts,
    )
    return f"/sign-in#token={secret}", expires_at


async def add_api_token(
    connection: asyncpg.Connection, account_id: UUID, user_id: UUID, name: str
) -> tuple[UUID, str]:
    """A new API token: its id and its value, which is kept nowhere."""
    value = new_token()
    made = await connection.fetchval(
        "insert into api_token (account_id, user_id, name, hash) values ($1, $2, $3, $4)"
        " returning id",
        account_id,
        user_id,
        name,
        hash_of(value),
    )
    return UUID(str(made)), value
