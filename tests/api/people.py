"""People of the tests: users, their tokens, sessions and sign-in links, written straight away."""

from uuid import UUID

import argon2

from db.tokens import hash_of, new_secret, new_token
from piccolo_conf import DB

PASSWORD = "a long enough one"
QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes made with it are compared in no time."""


async def add_user(
    account_id: UUID, email: str, *, role: str = "member", password: str | None = None
) -> UUID:
    async with DB.connection() as connection:
        made = await connection.fetchval(
            "insert into app_user (account_id, email, password_hash, role)"
            " values ($1, $2, $3, $4) returning id",
            account_id,
            email,
            QUICK.hash(password) if password else "",
            role,
        )
    return UUID(str(made))


async def add_token(user: UUID, name: str = "test") -> str:
    token = new_token()
    async with DB.connection() as connection:
        await connection.execute(
            "insert into api_token (account_id, user_id, name, hash)"
            " select account_id, id, $2, $3 from app_user where id = $1",
            user,
            name,
            hash_of(token),
        )
    return token


async def add_session(user: UUID, *, by_link: bool = False) -> str:
    """The value of the session's cookie."""
    secret = new_secret()
    async with DB.connection() as connection:
        await connection.execute(
            "insert into user_session (user_id, hash, by_link) values ($1, $2, $3)",
            user,
            hash_of(secret),
            by_link,
        )
    return secret
