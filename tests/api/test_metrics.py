"""What Prometheus reads, who may read it, and that it tells nothing of accounts."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast
from uuid import UUID

import httpx2
import pytest
import redis
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

from pipeline import chain, tally
from pipeline.advance import advance
from pipeline.connections import state
from pipeline.keeper import RESCUES_KEY
from pipeline.queue import RunKey
from pipeline.settings import settings

assert chain.CHAIN  # its import makes the stages known


@pytest.fixture
def metrics_token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("METRICS_TOKEN", "scraper-1234")
    settings.cache_clear()
    yield "scraper-1234"
    settings.cache_clear()


@pytest.fixture
async def faraway(app: Litestar, nobody: httpx2.AsyncClient) -> AsyncIterator[httpx2.AsyncClient]:
    """A client on another machine."""
    transport = httpx2.ASGITransport(
        app=cast(Any, app), raise_app_exceptions=False, client=("203.0.113.9", 999)
    )
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def scraped(client: httpx2.AsyncClient) -> dict[tuple[str, ...], float]:
    """Every sample: its name and label values, in the order of the labels' names → its value."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_queues_and_runs_are_counted_without_naming_an_account(
    client: httpx2.AsyncClient, account: UUID, run: UUID
) -> None:
    await advance(RunKey(account, run))
    samples = await scraped(client)
    assert samples["igny8_queue_items", "auto_cluster", "pending"] == 3
    assert samples["igny8_runs", "running"] == 1
    assert samples["igny8_runs", "failed"] == 0
    text = (await client.get("/metrics")).text
    assert str(account) not in text
    assert str(run) not in text


async def test_what_workers_counted_arrives(client: httpx2.AsyncClient) -> None:
    tally.take()
    tally.took("items", "generate_content", "completed", seconds=3, times=2)
    tally.took("items", "generate_content", "completed", seconds=9999)
    tally.count("calls", "generate_content", "throttled")
    tally.count("tokens", "generate_content", "in", by=120)
    tally.count("retries", "generate_content", "AIProviderError")
    with redis.Redis.from_url(settings().redis_url) as worker:
        tally.write(worker)
    await state().hincrby(RESCUES_KEY, "lease", 4)
    samples = await scraped(client)
    function = "generate_content"
    assert samples["igny8_item_seconds_bucket", function, "2.5", "completed"] == 0
    assert samples["igny8_item_seconds_bucket", function, "5", "completed"] == 2
    assert samples["igny8_item_seconds_count", function, "completed"] == 3
    assert samples["igny8_item_seconds_sum", function, "completed"] == 10_005
    assert samples["igny8_calls_total", function, "throttled"] == 1
    assert samples["igny8_tokens_total", "in", function] == 120
    assert samples["igny8_retries_total", "AIProviderError", function] == 1
    assert samples["igny8_rescues_total", "lease"] == 4


async def test_requests_are_counted_by_the_template_of_their_route(
    client: httpx2.AsyncClient, run: UUID
) -> None:
    route = "/api/v1/runs/{run_id}"
    before = (await scraped(client)).get(("igny8_http_requests_total", "GET", route, "200"), 0)
    await client.get(f"/api/v1/runs/{run}")
    await client.get("/a/path/nobody/knows")
    samples = await scraped(client)
    assert samples["igny8_http_requests_total", "GET", route, "200"] == before + 1
    assert samples["igny8_http_requests_total", "GET", "(none)", "404"] >= 1
    assert not any("nobody/knows" in part for key in samples for part in key)


async def test_process_figures_and_sockets_are_there(client: httpx2.AsyncClient) -> None:
    samples = await scraped(client)
    assert samples[("process_resident_memory_bytes",)] > 1_000_000
    assert samples[("igny8_open_sockets",)] == 0
    assert samples[("igny8_figures_ok",)] == 1


async def test_an_outage_leaves_the_own_figures(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("api.figures.read", away)
    samples = await scraped(client)
    assert samples[("igny8_figures_ok",)] == 0
    assert ("process_resident_memory_bytes",) in samples


async def test_without_a_token_only_this_machine_may_scrape(faraway: httpx2.AsyncClient) -> None:
    assert (await faraway.get("/metrics")).status_code == 404


async def test_with_the_token_any_machine_may_scrape(
    faraway: httpx2.AsyncClient, metrics_token: str
) -> None:
    assert (await faraway.get("/metrics")).status_code == 401
    headers = {"authorization": f"Bearer {metrics_token}"}
    assert (await faraway.get("/metrics", headers=headers)).status_code == 200


async def test_a_token_of_the_api_is_no_token_for_metrics(
    client: httpx2.AsyncClient, metrics_token: str
) -> None:
    assert (await client.get("/metrics")).status_code == 401


def test_what_could_not_be_written_waits(servers: object) -> None:
    tally.take()
    tally.count("calls", "other", "failed")
    with (
        redis.Redis(unix_socket_path="/nowhere/redis.sock") as away,
        pytest.raises(redis.RedisError),
    ):
        tally.write(away)
    assert tally.take() == {"calls|other|failed": 1}
