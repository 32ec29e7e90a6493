"""The rate of a token or session, and whose tries count together."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import UUID

import httpx2
import pytest
from litestar import Litestar

from api.limits import Limits, _network
from api.problems import Problem
from pipeline import connections
from tests.api.conftest import add_token

PATH = "/api/v1/session"


@pytest.fixture
async def ten(app: Litestar, client: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    """The client, with ten requests a minute."""
    before, app.state.limits = app.state.limits, Limits(10)
    yield client
    await app.state.limits.close()
    app.state.limits = before


async def test_above_its_rate_a_token_is_told_when_to_go_on(ten: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(*(ten.get(PATH) for _ in range(12)))
    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) == 2
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert refused[0].json()["code"] == "too_many_requests"


async def test_each_token_has_its_own_rate(
    ten: httpx2.AsyncClient, stranger: dict[str, str], account: UUID
) -> None:
    await asyncio.gather(*(ten.get(PATH) for _ in range(12)))
    other = {"authorization": f"Bearer {await add_token(account, 'other@example.com')}"}
    assert (await ten.get(PATH, headers=other)).status_code == 200
    assert (await ten.get(PATH, headers=stranger)).status_code == 200


async def test_all_processes_count_together(db: None) -> None:
    one, two = Limits(10), Limits(10)
    try:
        for _ in range(5):
            await one.spend("token")
            await two.spend("token")
        with pytest.raises(Problem):
            await one.spend("token")
    finally:
        await one.close()
        await two.close()


async def test_ordinary_pages_stay_far_below_the_rate(client: httpx2.AsyncClient) -> None:
    """A minute of polling each second in three tabs, and four pages of a hundred thumbnails."""
    for _ in range(4):
        answers = await asyncio.gather(*(client.get(PATH) for _ in range(3 * 15 + 100)))
        assert {answer.status_code for answer in answers} == {200}


async def test_without_redis_the_rate_is_not_limited_but_nobody_signs_in(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        "pipeline.connections.settings",
        lambda: type("Away", (), {"redis_url": "redis://127.0.0.1:1/0"}),
    )
    away = Limits(1)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            await away.spend("token")
    assert "the rate is not limited" in caplog.text
    with pytest.raises(connections.UNREACHABLE):
        await away.try_sign_in("anna@example.com", "192.0.2.1")
    await away.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
    ],
)
def test_an_ipv6_client_is_counted_by_its_network(address: str, network: str) -> None:
    assert _network(address) == network
