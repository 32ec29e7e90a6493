"""Users of an account, for its administrators: list, add, change the role, send a link, delete.

An account always keeps an administrator. Whoever changes roles locks the account's administrators
first, so that two who demote each other do not both succeed.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import asyncpg
import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api import passwords, people
from api.auth import admin_only
from api.problems import Problem, invalid
from db.status import Role
from piccolo_conf import DB

USER = (
    "select u.id, u.email, u.role, u.password_hash <> '' as has_password, u.created_at,"
    " (select max(s.used_at) from user_session s where s.user_id = u.id) as seen_at"
    " from app_user u where u.account_id = $1"
)


class NewUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A user to add. Without `password` the answer holds a sign-in link to send them."""

    email: people.Email
    role: Role = Role.MEMBER
    password: passwords.NewPassword | None = None

    def __repr__(self) -> str:
        return f"NewUser({self.email!r})"


class ChangeUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a user may do from now on."""

    role: Role


class UserRow(msgspec.Struct, frozen=True, kw_only=True):
    """A user. `seen_at` is right to the hour, null while they have no session."""

    id: UUID
    email: str
    role: Role
    has_password: bool
    created_at: datetime
    seen_at: datetime | None


class UserPage(msgspec.Struct, frozen=True):
    """Some users, the oldest first."""

    items: list[UserRow]
    next: UUID | None


class MadeLink(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in link: the path behind the address of igny8. It is told here and never again."""

    path: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"MadeLink({self.expires_at})"


class MadeUser(msgspec.Struct, frozen=True, kw_only=True):
    """A new user and, if no password was given, the link by which they sign in."""

    user: UserRow
    link: MadeLink | None


@get("/users", guards=[admin_only], summary="List users")
async def list_users(
    account_id: NamedDependency[UUID],
    after: FromQuery[UUID | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=200)] = 100,
) -> UserPage:
    """The users of the account in the order they came."""
    async with DB.connection() as connection:
        rows = await connection.fetch(
            f"{USER} and ($2::uuid is null or u.id > $2) order by u.id limit $3",
            account_id,
            after,
            limit + 1,
        )
    found = [msgspec.convert(dict(row), UserRow) for row in rows[:limit]]
    return UserPage(found, found[-1].id if len(rows) > limit else None)


@post("/users", guards=[admin_only], idempotent="secret", summary="Add a user")
async def add_user(account_id: NamedDependency[UUID], data: JSONBody[NewUser]) -> MadeUser:
    """A user of the account, with a password or with a link to sign in by."""
    if not people.is_email(email := people.normal_email(data.email)):
        raise invalid("email", "This is no e-mail address of at most 254 characters.")
    stored = await passwords.hash_password(data.password) if data.password else ""
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        try:
            made = await people.add_user(connection, account_id, email, data.role, stored)
        except people.EmailTaken:
            raise Problem(
                409, "email_taken", "There is already a user with this e-mail address."
            ) from None
        link = None if stored else await _link(connection, made)
        user = await _find(connection, account_id, made)
    return MadeUser(user=user, link=link)


@post("/users/{user_id:uuid}/link", guards=[admin_only], summary="Make a sign-in link")
async def make_link(account_id: NamedDependency[UUID], user_id: FromPath[UUID]) -> MadeLink:
    """A link to send to someone who forgot their password. It works once."""
    async with DB.connection() as connection:
        await _find(connection, account_id, user_id)
        return await _link(connection, user_id)


@patch("/users/{user_id:uuid}", guards=[admin_only], summary="Change a user's role")
async def change_user(
    account_id: NamedDependency[UUID], user_id: FromPath[UUID], data: JSONBody[ChangeUser]
) -> UserRow:
    """The new role holds from the user's next request on."""
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        user = await _find(connection, account_id, user_id)
        if data.role is not Role.ADMIN:
            await _keep_an_admin(connection, account_id, user)
        await connection.execute(
            "update app_user set role = $3 where account_id = $1 and id = $2",
            account_id,
            user_id,
            data.role.value,
        )
    return msgspec.structs.replace(user, role=data.role)


@delete("/users/{user_id:uuid}", status_code=204, guards=[admin_only], summary="Delete a user")
async def delete_user(account_id: NamedDependency[UUID], user_id: FromPath[UUID]) -> None:
    """Ends their sessions, tokens and links at once. What they made stays the account's."""
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        user = await _find(connection, account_id, user_id)
        await _keep_an_admin(connection, account_id, user)
        await connection.execute(
            "delete from app_user where account_id = $1 and id = $2", account_id, user_id
        )


async def _find(connection: asyncpg.Connection, account_id: UUID, user_id: UUID) -> UserRow:
    row = await connection.fetchrow(f"{USER} and u.id = $2", account_id, user_id)
    if row is None:
        raise Problem(404, "unknown_user", f"There is no user {user_id} in your account.")
    return msgspec.convert(dict(row), UserRow)


async def _keep_an_admin(connection: asyncpg.Connection, account_id: UUID, user: UserRow) -> None:
    """Lock the administrators. Raises Problem 409 if `user` is the only one."""
    rows = await connection.fetch(
        "select id from app_user where account_id = $1 and role = 'admin' order by id for update",
        account_id,
    )
    if {row["id"] for row in rows} == {user.id}:
        raise Problem(
            409,
            "last_admin",
            f"{user.email} is the only administrator of this account.",
            hint="Make another user an administrator first.",
        )


async def _link(connection: asyncpg.Connection, user_id: UUID) -> MadeLink:
    path, expires_at = await people.add_link(connection, user_id, people.INVITATION)
    return MadeLink(path=path, expires_at=expires_at)
