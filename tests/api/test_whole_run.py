"""A run driven over HTTP from the file to the review, by real workers on the demo service."""

import asyncio
from typing import Any

import httpx2
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("workers")]

LIMIT = 120.0
CSV = b"keyword\nbuy green tea\nbest espresso machine\nhow to prune roses\nrepair a bicycle\n"
OPTIONS = {"target_words": 200, "ideas_per_cluster": 1, "images_per_article": 1}


async def start(client: httpx2.AsyncClient, **more: Any) -> str:
    ids = (await client.post("/api/v1/keywords/import", content=CSV)).json()["ids"]
    body = {"selection": ids, "options": OPTIONS, **more}
    answer = await client.post("/api/v1/runs", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def watch(client: httpx2.AsyncClient, run: str, *until: str) -> list[dict[str, Any]]:
    """Every progress seen until the run has one of these statuses."""
    seen: list[dict[str, Any]] = []
    async with asyncio.timeout(LIMIT):
        while not seen or seen[-1]["status"] not in until:
            seen.append((await client.get(f"/api/v1/runs/{run}/progress")).json())
            await asyncio.sleep(0.05)
    return seen


async def test_keywords_become_reviewed_articles(client: httpx2.AsyncClient) -> None:
    run = await start(client)
    seen = await watch(client, run, "completed", "failed")
    assert seen[-1]["status"] == "completed", seen[-1]
    bars = [now["percentage"] for now in seen]
    assert bars == sorted(bars)
    assert bars[-1] == 100.0
    shown = (await client.get(f"/api/v1/runs/{run}")).json()
    for stage in range(1, 8):
        assert shown[f"stage_{stage}_result"]["failed"] == 0
        queues = (await client.get(f"/api/v1/runs/{run}/stages/{stage}/queues")).json()
        assert queues["total"] == queues["counts"]["completed"] == len(queues["completed"]) > 0
    assert shown["ended_at"] is not None


async def test_a_paused_run_stands_still_and_goes_on_where_it_stopped(
    client: httpx2.AsyncClient,
) -> None:
    run = await start(client)
    paused = await client.post(f"/api/v1/runs/{run}/pause")
    assert paused.json()["status"] == "paused"
    await client.post(f"/api/v1/runs/{run}/resume")
    assert (await watch(client, run, "completed", "failed"))[-1]["status"] == "completed"


async def test_a_run_that_has_ended_cannot_be_paused(client: httpx2.AsyncClient) -> None:
    run = await start(client, first_stage=1, last_stage=1)
    await watch(client, run, "completed", "failed")
    answer = await client.post(f"/api/v1/runs/{run}/pause")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal_move")
    assert "completed" in answer.json()["detail"]


async def test_a_run_without_credits_fails_with_the_way_to_buy_some(
    client: httpx2.AsyncClient, no_credits: None
) -> None:
    run = await start(client)
    now = (await watch(client, run, "failed", "completed"))[-1]
    assert now["status"] == "failed"
    assert now["error"]["error_type"] == "InsufficientCreditsError"
    assert now["error"]["action"]["kind"] == "purchase_credits"


async def test_readiness_hears_the_workers(client: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(LIMIT):
        while True:
            answer = await client.get("/api/v1/health/ready")
            if answer.status_code == 200:
                break
            await asyncio.sleep(0.1)
    assert answer.json()["ready"]


async def test_the_metrics_tell_what_the_workers_did(client: httpx2.AsyncClient) -> None:
    run = await start(client, first_stage=1, last_stage=2)
    await watch(client, run, "completed", "failed")
    async with asyncio.timeout(LIMIT):
        while True:  # a heartbeat brings them within a second or so
            text = (await client.get("/metrics")).text
            if all(name in text for name in FIGURES):
                break
            await asyncio.sleep(0.1)


FIGURES = (
    'igny8_item_seconds_count{function="generate_ideas",outcome="completed"}',
    'igny8_calls_total{function="generate_ideas",outcome="answered"}',
    'igny8_tokens_total{direction="out",function="generate_ideas"}',
    'igny8_workers{kind="text"}',
)
