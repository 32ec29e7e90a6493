"""Secrets stay where they belong: not in logs, not in other answers, not in the database."""

import logging
from uuid import UUID

import httpx2
import msgspec
import pytest

from api import sessions, users
from api.auth import COOKIE
from piccolo_conf import DB
from tests.api.estate import inventory
from tests.api.people import PASSWORD, add_session, add_token, add_user

SECRET = "correct horse battery"
SESSION = "/api/v1/session"


async def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("unforeseen")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"email": "anna@example.com", "password": SECRET}),
        ("/link", {"token": SECRET}),
        ("/password", {"new": SECRET, "current": SECRET}),
    ],
)
async def test_an_unforeseen_error_keeps_passwords_and_links_to_itself(
    nobody: httpx2.AsyncClient,
    account: UUID,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    path: str,
    body: dict[str, str],
) -> None:
    session = await add_session(await add_user(account, "anna@example.com", password=PASSWORD))
    monkeypatch.setattr("api.passwords.fits", broken)
    monkeypatch.setattr("api.limits.Limits.try_link", broken)
    with caplog.at_level(logging.DEBUG):
        headers = {"origin": "http://test", "cookie": f"{COOKIE}={session}"}
        answer = await nobody.post(f"{SESSION}{path}", json=body, headers=headers)
    assert answer.status_code == 500
    assert answer.json()["error_id"] in caplog.text
    for secret in (SECRET, PASSWORD, session):
        assert secret not in caplog.text + answer.text


@pytest.mark.parametrize(
    "body",
    [{"email": "anna@example.com", "password": SECRET, "x": 1}, {"email": 1, "password": SECRET}],
)
async def test_what_is_wrong_with_a_body_is_told_without_its_values(
    nobody: httpx2.AsyncClient, body: dict[str, object]
) -> None:
    answer = await nobody.post(SESSION, json=body)
    assert answer.status_code == 400
    assert SECRET not in answer.text


def test_structs_do_not_show_their_secrets() -> None:
    shown = [
        sessions.SignIn("anna@example.com", SECRET),
        sessions.SignInByLink(SECRET),
        sessions.ChangePassword(SECRET, SECRET),
        users.NewUser("anna@example.com", password=SECRET),
    ]
    assert SECRET not in repr(shown)


async def test_the_database_has_nothing_that_lets_anyone_in(
    nobody: httpx2.AsyncClient, account: UUID
) -> None:
    user = await add_user(account, "anna@example.com", role="admin")
    token = await add_token(user)
    headers = {"authorization": f"Bearer {token}"}
    made = await nobody.post("/api/v1/tokens", json={"name": "nightly"}, headers=headers)
    body = {"email": "new@example.com", "password": SECRET}
    assert (await nobody.post("/api/v1/users", json=body, headers=headers)).status_code == 201
    link = (await nobody.post(f"/api/v1/users/{user}/link", headers=headers)).json()["path"]
    signed_in = await nobody.post(SESSION, json=body)
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "select to_jsonb(s) as row from user_session s"
            " union all select to_jsonb(l) from sign_in_link l"
        )
    stored = f"{await inventory(account)}{[msgspec.json.encode(row['row']) for row in rows]}"
    secrets = [token, made.json()["token"], link.rpartition("=")[2], signed_in.cookies[COOKIE]]
    assert len(rows) == 2
    assert [secret for secret in [*secrets, SECRET] if secret in stored] == []
