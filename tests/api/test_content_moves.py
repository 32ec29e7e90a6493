"""The editorial way: which moves are legal, what they note, what doing them twice does."""

import asyncio
from uuid import UUID

import httpx2
import pytest

from tests.api.articles import COFFEE, CONTENT, add_reviewed, move, shown
from tests.review.rows import add_article

pytestmark = pytest.mark.usefixtures("media_store")

LEGAL = {
    "approve": {"review"},
    "publish": {"review", "published"},
    "archive": {"draft", "review", "published", "archived"},
    "draft": {"draft", "review", "published", "archived"},
}
LEADS_TO = {"approve": "review", "publish": "published", "archive": "archived", "draft": "draft"}


@pytest.mark.parametrize("way", LEGAL)
@pytest.mark.parametrize("status", ["draft", "review", "published", "archived"])
async def test_only_legal_moves_are_made(
    client: httpx2.AsyncClient, account: UUID, status: str, way: str
) -> None:
    content = await add_article(account, COFFEE, status=status)
    answer = await move(client, content, way)
    if status in LEGAL[way]:
        assert (answer.status_code, answer.json()["status"]) == (200, LEADS_TO[way])
    else:
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
        assert status.removeprefix("review") in answer.json()["detail"]
        assert answer.json()["hint"]


async def test_approving_notes_who_and_when(client: httpx2.AsyncClient, account: UUID) -> None:
    content = await add_reviewed(account)
    article = (await move(client, content, "approve")).json()
    assert article["approved_by"] == "writer@example.com"
    assert article["approved_at"] is not None
    assert article["review"]["outdated"] is False


async def test_publishing_what_nobody_approved_approves_it(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    assert (await move(client, content, "publish")).json()["approved_by"] == "writer@example.com"


async def test_a_draft_is_approved_no_more(client: httpx2.AsyncClient, account: UUID) -> None:
    content = await add_reviewed(account)
    await move(client, content, "publish")
    article = (await move(client, content, "draft")).json()
    assert (article["status"], article["approved_at"]) == ("draft", None)


async def test_a_double_click_does_no_harm(client: httpx2.AsyncClient, account: UUID) -> None:
    content = await add_reviewed(account)
    body = {"version": (await shown(client, content))["version"]}
    answers = await asyncio.gather(
        *(client.post(f"{CONTENT}/{content}/publish", json=body) for _ in range(3))
    )
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.json()["version"] for answer in answers}) == 1


async def test_a_move_on_another_version_is_refused(
    client: httpx2.AsyncClient, account: UUID
) -> None:
    content = await add_reviewed(account)
    answer = await client.post(f"{CONTENT}/{content}/publish", json={"version": 99})
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_meanwhile")


@pytest.mark.parametrize("way", LEGAL)
async def test_strangers_move_nothing(
    client: httpx2.AsyncClient, account: UUID, stranger: dict[str, str], way: str
) -> None:
    content = await add_reviewed(account)
    body = {"version": (await shown(client, content))["version"]}
    answer = await client.post(f"{CONTENT}/{content}/{way}", json=body, headers=stranger)
    assert answer.status_code == 404
    assert (await shown(client, content))["version"] == body["version"]
