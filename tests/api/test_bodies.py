"""Bodies that are refused before a handler sees them."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from api.bodies import Draining


@pytest.mark.parametrize(
    ("field", "value"),
    [("concurrency", "7"), ("first_stage", "1"), ("concurrency", True), ("order", 1)],
)
async def test_json_is_strict_about_types(
    client: httpx2.AsyncClient, keywords: list[UUID], field: str, value: Any
) -> None:
    answer = await client.post("/api/v1/runs", json={"selection": "all_new", field: value})
    assert answer.status_code == 400
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field
    assert "Expected" not in fault["message"]


async def test_a_request_that_does_not_fit_carries_the_payload_of_invalid_data(
    client: httpx2.AsyncClient,
) -> None:
    answer = await client.post("/api/v1/runs", json={"selection": "all_new", "concurrency": 0})
    problem = answer.json()
    assert problem["error"]["error_type"] == "ValidationError"
    assert problem["error"]["user_message"] == f"Invalid data: {problem['detail']}"
    assert problem["error"]["action"]["label"] == "Fix Data"
    assert problem["error"]["error_id"] == problem["error_id"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"selection": ["x"',
        b'{"selection": "x", "options": \xff}',
        b'{"selection": 1, "selection": "all_new"}',
    ],
)
async def test_what_is_broken_behind_its_first_fault_is_a_bad_request(
    client: httpx2.AsyncClient, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/runs", content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "validation")
    assert answer.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_another_kind_of_body_is_a_415(client: httpx2.AsyncClient, kind: str) -> None:
    headers = {"content-type": kind}
    answer = await client.post("/api/v1/runs", content=b"selection=1", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert "application/json" in answer.json()["hint"]


async def refuse(parts: int, headers: list[tuple[bytes, bytes]], status: int = 413) -> int:
    """How many of the parts of a body were read by an app that refuses it unread."""
    read = 0

    async def receive() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b"x" * 1_000_000, "more_body": read < parts}

    async def send(message: Any) -> None:
        pass

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})

    scope: Any = {"type": "http", "headers": headers}
    await Draining(app)(scope, receive, send)
    return read


async def test_the_rest_of_a_refused_body_is_read() -> None:
    assert await refuse(20, []) == 20


async def test_an_endless_body_is_read_up_to_a_limit() -> None:
    assert await refuse(1_000, []) == 64


async def test_a_client_that_waits_to_send_is_answered_at_once() -> None:
    assert await refuse(20, [(b"expect", b"100-continue")]) == 0
