"""What a run will take before it starts."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from piccolo_conf import DB


async def estimate(client: httpx2.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/runs/estimate", json={"selection": "all_new"} | body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def earlier_run(account: UUID, seconds: float) -> None:
    """A run that took so many seconds an item, and made a cluster of three keywords."""
    async with DB.connection() as connection:
        results = [
            {"loaded": 300 if n == 1 else 100, "completed": 300, "item_seconds": seconds}
            for n in range(1, 8)
        ]
        await connection.execute(
            "insert into automation_run (account_id, status, selection,"
            + ", ".join(f"stage_{n}_result" for n in range(1, 8))
            + ") values ($1, 'completed', '{}', $2, $3, $4, $5, $6, $7, $8)",
            account,
            *results,
        )


async def test_the_first_stage_is_counted_and_later_ones_expected(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    found = await estimate(client, options={"ideas_per_cluster": 3, "images_per_article": 1})
    stages = found["stages"]
    assert [stage["items_known"] for stage in stages] == [True] + [False] * 6
    assert [stage["items"] for stage in stages] == [3, 1, 2, 2, 2, 3, 2]
    assert not found["credits_known"]


async def test_credits_are_those_of_the_prices(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    found = await estimate(client, function="auto_cluster")
    assert (found["credits"], found["credits_known"]) == (3, True)
    assert (found["balance"], found["enough"]) == (10_000, True)


async def test_a_balance_that_does_not_do_is_told(
    client: httpx2.AsyncClient, keywords: list[UUID], no_credits: None
) -> None:
    assert not (await estimate(client))["enough"]


async def test_time_is_unknown_until_it_was_measured(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    found = await estimate(client)
    assert (found["seconds_low"], found["seconds_high"]) == (None, None)


async def test_time_is_a_range_around_earlier_runs(
    client: httpx2.AsyncClient, account: UUID, keywords: list[UUID]
) -> None:
    await earlier_run(account, 2.0)
    await earlier_run(account, 4.0)
    found = await estimate(client, function="auto_cluster", concurrency=1)
    assert (found["seconds_low"], found["seconds_high"]) == (4.8, 15.0)


async def test_earlier_runs_tell_how_many_clusters_keywords_make(
    client: httpx2.AsyncClient, account: UUID, keywords: list[UUID]
) -> None:
    await earlier_run(account, 2.0)
    assert [stage["items"] for stage in (await estimate(client))["stages"]][:3] == [3, 1, 2]


async def test_an_estimate_starts_nothing(client: httpx2.AsyncClient, keywords: list[UUID]) -> None:
    await estimate(client)
    assert (await client.get("/api/v1/runs")).json()["items"] == []


@pytest.mark.parametrize(
    ("selection", "problem"),
    [([str(UUID(int=7))], (422, "invalid_data")), ([], (400, "validation"))],
)
async def test_what_cannot_be_started_cannot_be_estimated(
    client: httpx2.AsyncClient,
    keywords: list[UUID],
    selection: list[str],
    problem: tuple[int, str],
) -> None:
    body = {"selection": selection}
    for path in ("/api/v1/runs", "/api/v1/runs/estimate"):
        answer = await client.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == problem
