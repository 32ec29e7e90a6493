"""The real app on the tests' own loop, and people who ask it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
from litestar import Litestar

from api.app import create_app
from piccolo_conf import DB
from pipeline import controls
from tests.api import people
from tests.review.rows import media_in
from tests.support import new_account


@pytest.fixture(scope="session")
def app() -> Litestar:
    return create_app()


@pytest.fixture
async def nobody(app: Litestar, db: None) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a token."""
    transport = httpx2.ASGITransport(app=cast(Any, app), raise_app_exceptions=False)
    async with (
        app.lifespan(),
        httpx2.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


async def add_token(account_id: UUID, email: str, role: str = "member") -> str:
    """A token of a new user."""
    return await people.add_token(await people.add_user(account_id, email, role=role))


@pytest.fixture
async def token(account: UUID) -> str:
    return await add_token(account, "writer@example.com")


@pytest.fixture
async def client(nobody: httpx2.AsyncClient, token: str) -> httpx2.AsyncClient:
    """A client of the account."""
    nobody.headers["authorization"] = f"Bearer {token}"
    return nobody


@pytest.fixture
async def admin(account: UUID) -> dict[str, str]:
    """Headers of an administrator of the account."""
    return {"authorization": f"Bearer {await add_token(account, 'admin@example.com', 'admin')}"}


@pytest.fixture
async def stranger(client: httpx2.AsyncClient) -> dict[str, str]:
    """Headers of a user of another account."""
    other = await new_account("Another", 500)
    return {"authorization": f"Bearer {await add_token(other, 'stranger@example.com')}"}


@pytest.fixture
async def keywords(account: UUID) -> list[UUID]:
    """Three keywords of the account, in their order."""
    texts = ["buy green tea", "green tea benefits", "how to brew tea"]
    async with DB.connection() as connection:
        return [
            await connection.fetchval(
                "insert into keyword (account_id, text, key) values ($1, $2, $2) returning id",
                account,
                text,
            )
            for text in texts
        ]


@pytest.fixture
async def run(account: UUID, keywords: list[UUID]) -> UUID:
    """A run of the account over its keywords; no worker works on it."""
    return await controls.start(
        account, first_stage=1, last_stage=7, selection=keywords, started_by="writer@example.com"
    )


@pytest.fixture
async def no_credits(account: UUID) -> None:
    """The account has spent everything."""
    async with DB.connection() as connection:
        await connection.execute("update account set balance = 0 where id = $1", account)


@pytest.fixture
def administrator(client: httpx2.AsyncClient, admin: dict[str, str]) -> httpx2.AsyncClient:
    """The client, for an administrator of the account."""
    client.headers.update(admin)
    return client


@pytest.fixture
def media_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A media store with the images of the sample articles."""
    with media_in(tmp_path / "media", monkeypatch) as folder:
        yield folder
