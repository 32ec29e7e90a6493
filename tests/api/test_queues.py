"""The queues of a stage, page by page. Items are put into the record by hand."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from piccolo_conf import DB
from pipeline import connections

ERROR = {
    "status": "error",
    "error_type": "AIProviderError",
    "error_message": "HTTP 500",
    "phase": "AI_CALL",
    "timestamp": "2026-01-01T00:00:00Z",
    "user_message": "AI service temporarily unavailable",
    "action": {"kind": "retry", "label": "Retry", "href": None},
    "retryable": True,
    "stage": 1,
    "item": None,
    "error_id": "0123456789ab",
}


@pytest.fixture
async def items(run: UUID, account: UUID) -> dict[str, list[UUID]]:
    """Five items in each queue of stage 1, known to PostgreSQL only."""
    made: dict[str, list[UUID]] = {}
    async with DB.connection() as connection:
        await connection.execute(
            "update run_stage set status = 'open' where run_id = $1 and stage = 1", run
        )
        for status in ("queued", "processing", "completed", "failed", "cancelled"):
            made[status] = [uuid4() for _ in range(5)]
            await connection.executemany(
                "insert into run_item (run_id, account_id, stage, item_id, position, title,"
                " status, error) values ($1, $2, 1, $3, $4, $5, $6, $7)",
                [
                    (run, account, item, n // 2, f"item {n}", status, fault)
                    for n, item in enumerate(made[status])
                    for fault in (ERROR if status == "failed" else None,)
                ],
            )
    await connections.state().flushall()
    return made


async def queues(client: httpx2.AsyncClient, run: UUID, **params: Any) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/runs/{run}/stages/1/queues", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_each_item_stands_in_its_queue_and_the_counts_add_up(
    client: httpx2.AsyncClient, run: UUID, items: dict[str, list[UUID]]
) -> None:
    found = await queues(client, run)
    assert [row["id"] for row in found["pending"]] == [str(i) for i in items["queued"]]
    assert [row["id"] for row in found["cancelled"]] == [str(i) for i in items["cancelled"]]
    assert found["counts"] == dict.fromkeys(
        ("pending", "processing", "completed", "failed", "cancelled"), 5
    )
    assert found["total"] == sum(found["counts"].values())


async def test_a_failed_item_comes_with_its_error(
    client: httpx2.AsyncClient, run: UUID, items: dict[str, list[UUID]]
) -> None:
    failed = (await queues(client, run))["failed"]
    assert [each["item"]["id"] for each in failed] == [str(i) for i in items["failed"]]
    assert failed[0]["error"]["user_message"] == ERROR["user_message"]


async def test_one_queue_is_read_page_by_page(
    client: httpx2.AsyncClient, run: UUID, items: dict[str, list[UUID]]
) -> None:
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await queues(client, run, queue="completed", limit=2, **after)
        assert page["pending"] == []
        seen += [row["id"] for row in page["completed"]]
        if "completed" not in page["next"]:
            break
        after = {"after": page["next"]["completed"]}
    assert seen == [str(i) for i in items["completed"]]


async def test_items_are_found_by_their_titles(
    client: httpx2.AsyncClient, run: UUID, items: dict[str, list[UUID]]
) -> None:
    found = await queues(client, run, q="ITEM 3")
    assert [row["title"] for row in found["pending"]] == ["item 3"]
    assert found["counts"]["pending"] == 5
    assert (await queues(client, run, q="item %"))["pending"] == []


async def test_going_on_needs_to_know_in_which_queue(client: httpx2.AsyncClient, run: UUID) -> None:
    answer = await client.get(f"/api/v1/runs/{run}/stages/1/queues", params={"after": "0-1"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "queue")


@pytest.mark.parametrize(
    ("params", "field"),
    [({"queue": "lost"}, "queue"), ({"queue": "failed", "after": "x"}, "after")],
)
async def test_a_bad_parameter_is_named(
    client: httpx2.AsyncClient, run: UUID, params: dict[str, str], field: str
) -> None:
    answer = await client.get(f"/api/v1/runs/{run}/stages/1/queues", params=params)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.parametrize(("stage", "status"), [("0", 400), ("8", 400), ("x", 404)])
async def test_a_stage_that_is_none_is_refused(
    client: httpx2.AsyncClient, run: UUID, stage: str, status: int
) -> None:
    answer = await client.get(f"/api/v1/runs/{run}/stages/{stage}/queues")
    assert answer.status_code == status


async def test_a_stage_outside_the_run_is_unknown(
    client: httpx2.AsyncClient, keywords: list[UUID]
) -> None:
    body = {"function": "auto_cluster", "selection": "all_new"}
    run = (await client.post("/api/v1/runs", json=body)).json()["id"]
    answer = await client.get(f"/api/v1/runs/{run}/stages/2/queues")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_stage")


async def test_progress_has_the_payload_and_the_seven_stages(
    client: httpx2.AsyncClient, run: UUID
) -> None:
    now = (await client.get(f"/api/v1/runs/{run}/progress")).json()
    assert (now["run_id"], now["status"], now["percentage"]) == (str(run), "running", 0.0)
    assert [stage["stage"] for stage in now["stages"]] == list(range(1, 8))


async def test_a_retry_tells_what_it_skipped_and_why(
    client: httpx2.AsyncClient, run: UUID, items: dict[str, list[UUID]]
) -> None:
    failed, done, unknown = items["failed"][0], items["completed"][0], uuid4()
    body = {"stage": 1, "items": [str(failed), str(done), str(unknown)]}
    receipt = (await client.post(f"/api/v1/runs/{run}/retry", json=body)).json()
    assert receipt["retried"] == {"1": [str(failed)]}
    reasons = {each["item"]: each["reason"] for each in receipt["skipped"]}
    assert "completed" in reasons[str(done)]
    assert "not an item" in reasons[str(unknown)]
