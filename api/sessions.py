"""Signing in and out, by password or by a one-time link, and changing one's password.

Answers to a wrong password and to an unknown e-mail address are the same, and so is the work.
"""

from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody
from msgspec import Meta

from api import VERSION, passwords, people
from api.auth import COOKIE, OPEN_TO_ALL, SESSION_DAYS, Asked, Grant
from api.limits import Limits
from api.origin import refuse_other_origins
from api.problems import MEDIA_TYPE, Problem, ProblemBody
from db.status import Role
from db.tokens import hash_of, new_secret
from piccolo_conf import DB
from pipeline.settings import settings

NO_NUL = r"^[^\x00]*$"

REFUSALS = {
    status: ResponseSpec(ProblemBody, False, meaning, MEDIA_TYPE)
    for status, meaning in {
        400: "The request is not valid; `errors` names every field",
        401: "Nobody is signed in by this",
        403: "The request comes from another origin",
        429: "Too many tries; `Retry-After` says when to go on",
        503: "PostgreSQL or Redis does not answer",
    }.items()
}
"""What signing in may answer instead."""


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """E-mail address and password of a user."""

    email: Annotated[str, Meta(max_length=254, pattern=NO_NUL)]
    password: Annotated[str, Meta(max_length=1000)]

    def __repr__(self) -> str:  # a password must not reach a log by way of a traceback
        return f"SignIn({self.email!r})"


class SignInByLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands behind `#token=` in a sign-in link."""

    token: Annotated[str, Meta(max_length=200)]

    def __repr__(self) -> str:
        return "SignInByLink()"


class ChangePassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The new password. `current` is not needed by who has none or just signed in by a link."""

    new: passwords.NewPassword
    current: Annotated[str, Meta(max_length=1000)] | None = None

    def __repr__(self) -> str:
        return "ChangePassword()"


class SessionUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in; without a password only links and tokens let them in."""

    id: UUID
    email: str
    role: Role
    has_password: bool


class SessionAccount(msgspec.Struct, frozen=True, kw_only=True):
    """The account that everything belongs to."""

    id: UUID
    name: str


class SessionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in and what they look at. `demo`: the built-in AI service stands in."""

    user: SessionUser
    account: SessionAccount
    demo: bool
    version: str
    purchase_url: str


@get("/session", summary="Who am I")
async def show_session(request: Asked) -> SessionInfo:
    """The caller, their account, and what a page needs to know from the start."""
    return await _info(request.user.id)


@post(
    "/session",
    status_code=200,
    opt=OPEN_TO_ALL,
    security=[{}],
    guards=[refuse_other_origins],
    responses=REFUSALS,
    summary="Sign in with a password",
)
async def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignIn]) -> Response[SessionInfo]:
    """Sets the cookie of a new session. Tries are limited by e-mail address and by client."""
    email, limits = people.normal_email(data.email), _limits(request)
    await limits.try_sign_in(email, _address(request))
    async with DB.connection() as connection:
        user = await connection.fetchrow(
            "select id, password_hash from app_user where email = $1", email
        )
    stored = user["password_hash"] if user else ""
    if not await passwords.fits(data.password, stored) or user is None:
        raise Problem(
            401,
            "wrong_credentials",
            "The e-mail address or the password is wrong.",
            hint="Ask an administrator for a sign-in link if you do not know the password.",
        )
    await limits.forgive(email)
    if passwords.is_dated(stored):
        await _store(user["id"], await passwords.hash_password(data.password), instead_of=stored)
    return await _signed_in(request, user["id"], by_link=False)


@post(
    "/session/link",
    status_code=200,
    opt=OPEN_TO_ALL,
    security=[{}],
    guards=[refuse_other_origins],
    responses=REFUSALS,
    summary="Sign in by a link",
)
async def sign_in_by_link(
    request: Request[Any, Any, Any], data: JSONBody[SignInByLink]
) -> Response[SessionInfo]:
    """Sets the cookie of a new session. A link works once, and only for a while."""
    await _limits(request).try_link(_address(request))
    async with DB.connection() as connection:
        user_id = await connection.fetchval(
            "with used as (delete from sign_in_link where hash = $1 or expires_at < now()"
            " returning user_id, hash, expires_at)"
            " select user_id from used where hash = $1 and expires_at > now()",
            hash_of(data.token),
        )
    if user_id is None:
        raise Problem(
            401,
            "link_not_valid",
            "This sign-in link is not known, was used before, or is too old.",
            hint="`igny8 user link EMAIL` prints another; administrators can make one, too.",
        )
    return await _signed_in(request, user_id, by_link=True)


@delete("/session", status_code=204, summary="Sign out")
async def sign_out(request: Asked) -> Response[None]:
    """Ends the session of the cookie, at once and for good."""
    async with DB.connection() as connection:
        await connection.execute("delete from user_session where id = $1", _session(request).id)
    return Response(None, cookies=[_cookie(request, "", 0)])


@post("/session/password", status_code=204, summary="Change the password")
async def change_password(request: Asked, data: JSONBody[ChangePassword]) -> None:
    """Sets the password and ends all other sessions and links of the user."""
    session = _session(request)
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select u.password_hash, s.by_link and s.created_at > now() - interval '1 hour'"
            " as may_reset from app_user u join user_session s on s.user_id = u.id"
            " where u.id = $1 and s.id = $2",
            request.user.id,
            session.id,
        )
    stored = row["password_hash"] if row else ""
    if stored and row is not None and not row["may_reset"]:
        limits = _limits(request)
        await limits.try_sign_in(request.user.email, _address(request))
        if not await passwords.fits(data.current or "", stored):
            raise Problem(403, "wrong_password", "`current` is not your password.")
        await limits.forgive(request.user.email)
    made = await passwords.hash_password(data.new)
    if not await _store(request.user.id, made, instead_of=stored, but=session.id):
        raise Problem(409, "changed_meanwhile", "The password was changed meanwhile.")


async def _store(user_id: UUID, made: str, *, instead_of: str, but: UUID | None = None) -> bool:
    """Save a hash unless another one came between; with `but`, end all sessions but this one."""
    async with DB.transaction() as transaction:
        connection: asyncpg.Connection = transaction.connection
        done = await connection.fetchval(
            "update app_user set password_hash = $2 where id = $1 and password_hash = $3"
            " returning true",
            user_id,
            made,
            instead_of,
        )
        if done and but:
            await connection.execute(
                "delete from user_session where user_id = $1 and id <> $2", user_id, but
            )
            await connection.execute("update user_session set by_link = false where id = $1", but)
            await connection.execute("delete from sign_in_link where user_id = $1", user_id)
    return bool(done)


async def _signed_in(
    request: Request[Any, Any, Any], user_id: UUID, *, by_link: bool
) -> Response[SessionInfo]:
    """A new session instead of the one the browser may have; those that have ended go, too."""
    secret = new_secret()
    async with DB.connection() as connection:
        await connection.execute(
            "with gone as (delete from user_session where hash = $4"
            " or (user_id = $1 and created_at < now() - $5 * interval '1 day'))"
            " insert into user_session (user_id, hash, by_link) values ($1, $2, $3)",
            user_id,
            hash_of(secret),
            by_link,
            hash_of(request.cookies.get(COOKIE, "")),
            SESSION_DAYS,
        )
    cookie = _cookie(request, secret, SESSION_DAYS * 86_400)
    return Response(await _info(user_id), cookies=[cookie])


async def _info(user_id: UUID) -> SessionInfo:
    async with DB.connection() as connection:
        row = await connection.fetchrow(
            "select u.email, u.role, u.password_hash <> '' as has_password, a.id, a.name"
            " from app_user u join account a on a.id = u.account_id where u.id = $1",
            user_id,
        )
    if row is None:
        raise Problem(401, "unauthorized", "This user was deleted.")
    chosen = settings()
    return SessionInfo(
        user=SessionUser(
            id=user_id,
            email=row["email"],
            role=Role(row["role"]),
            has_password=row["has_password"],
        ),
        account=SessionAccount(id=row["id"], name=row["name"]),
        demo=chosen.provider_is_demo,
        version=VERSION,
        purchase_url=chosen.purchase_url,
    )


def _session(request: Asked) -> Grant:
    if request.auth.kind != "session":
        raise Problem(
            403,
            "session_needed",
            "This is about a session, and an API token is none.",
            hint="Sign in first. A token ends with DELETE /api/v1/tokens/{id}.",
        )
    return request.auth


def _cookie(request: Request[Any, Any, Any], value: str, seconds: int) -> Cookie:
    """Out of reach of scripts and of other sites; only over https if it came by https."""
    return Cookie(
        key=COOKIE,
        value=value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.scope["scheme"] == "https",
    )


def _limits(request: Request[Any, Any, Any]) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def _address(request: Request[Any, Any, Any]) -> str:
    return request.client.host if request.client else ""
