"""Tables of who may ask: accounts, their users, and what those sign in with."""

from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    ForeignKey,
    SmallInt,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Unique
from piccolo.table import Table

from db.columns import primary_key
from db.status import Role


class Account(Table):
    """A tenant. `balance` is what can still be spent: the sum of `credit_entry.amount`."""

    id = primary_key()
    name = Varchar(length=100, unique=True)
    balance = BigInt(default=0)
    created_at = Timestamptz(default=TimestamptzNow())


class User(Table, tablename="app_user"):
    """A person who signs in; `password_hash` is argon2, empty while there is no password."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    email = Varchar(length=254, unique=True)
    password_hash = Varchar(length=200, secret=True)
    role = Varchar(length=20, default=Role.MEMBER, choices=Role)
    created_at = Timestamptz(default=TimestamptzNow())


class ApiToken(Table, tablename="api_token"):
    """A key for scripts, shown once and stored as its SHA-256."""

    id = primary_key()
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    user_id = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=100)
    hash = Bytea(unique=True, secret=True)
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)


class Session(Table, tablename="user_session"):
    """A signed-in browser; its cookie is stored as a SHA-256. Signing out deletes the row.

    `used_at` is right to the hour; how long a session lasts stands in api/auth.py. `by_link` lets
    its user set a password without knowing the old one, for a while.
    """

    id = primary_key()
    user_id = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    hash = Bytea(unique=True, secret=True)
    by_link = Boolean(default=False)
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(default=TimestamptzNow())


class SignInLink(Table, tablename="sign_in_link"):
    """A link that signs in once, stored as a SHA-256. Using it deletes the row."""

    id = primary_key()
    user_id = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    hash = Bytea(unique=True, secret=True)
    created_at = Timestamptz(default=TimestamptzNow())
    expires_at = Timestamptz(default=None, null=False)


class IdempotencyKey(Table, tablename="idempotency_key"):
    """A key that a client sent with a POST, and the answer to give again.

    `fingerprint` is the SHA-256 of the request. `status` is null until the first request has
    ended; `body` stays null where the answer holds a secret.
    """

    id = BigSerial(primary_key=True)
    account_id = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    key = Varchar(length=200)
    fingerprint = Bytea()
    status = SmallInt(null=True, default=None)
    media_type = Varchar(length=100, default="")
    body = Bytea(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())

    one_per_account = Unique(["account_id", "key"], name="idempotency_key_unique")
