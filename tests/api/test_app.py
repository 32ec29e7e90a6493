"""What every answer has in common: problems, headers, limits, the description."""

import gzip
from collections.abc import AsyncIterator
from typing import get_args
from uuid import UUID

import httpx2
import msgspec
import pytest
from litestar import Litestar

from api import app as module
from api.headers import SECURITY_HEADERS
from api.problems import problem
from api.schemas import Function, QueueName
from db.status import GenerationStatus
from pipeline import connections, errors
from pipeline.messages import FUNCTIONS

PROBLEM = "application/problem+json"


async def test_every_answer_carries_the_security_headers(client: httpx2.AsyncClient) -> None:
    for path in ("/api/v1/health/live", "/api/v1/runs", "/api/v1/nowhere", "/schema/openapi.json"):
        headers = (await client.get(path)).headers
        for name, value in SECURITY_HEADERS.items():
            assert headers[name] == value, path


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/api/v1/nowhere", 404), ("PUT", "/api/v1/runs", 405)]
)
async def test_unknown_paths_and_methods_are_problems(
    client: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert "/schema" in answer.json()["hint"]


async def test_a_body_above_the_limit_is_refused(client: httpx2.AsyncClient) -> None:
    body = b'{"selection": "' + b"x" * module.MAX_BODY + b'"}'
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/runs", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
    assert "5,000,000 bytes" in answer.json()["detail"]
    assert answer.json()["hint"]


async def test_a_body_without_a_length_is_cut_at_the_limit(client: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 1
            yield b"x" * module.MAX_BODY

    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/runs", content=endless(), headers=headers)
    assert answer.status_code == 413


async def test_a_packed_body_is_not_unpacked(client: httpx2.AsyncClient) -> None:
    body = gzip.compress(b'{"selection": "' + b"x" * 50_000_000 + b'"}')
    assert len(body) < module.MAX_BODY
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await client.post("/api/v1/runs", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000])
async def test_a_body_nested_without_end_is_a_bad_request(
    client: httpx2.AsyncClient, body: bytes
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/api/v1/runs", content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (400, PROBLEM)
    assert "nested too deeply" in answer.json()["detail"]


async def test_an_unforeseen_error_tells_only_its_id(
    client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError("password=hunter2")

    monkeypatch.setattr("api.runs.find_run", broken)
    answer = await client.get("/api/v1/runs/01a20446-5e00-7800-9727-412ef475f335")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["error_id"] in caplog.text


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InsufficientCreditsError(45, 20), 402),
        (errors.ValidationError("no keyword", "/keywords/1"), 422),
        (errors.AIAuthError("key refused"), 502),
        (errors.AIProviderError("broken"), 502),
        (errors.TimeoutError("slow"), 504),
        (ConnectionRefusedError("PostgreSQL"), 503),
    ],
)
async def test_errors_of_the_pipeline_have_their_status_and_payload(
    client: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
) -> None:
    async def raises(*_: object) -> None:
        raise error

    monkeypatch.setattr("api.runs.find_run", raises)
    answer = await client.get("/api/v1/runs/01a20446-5e00-7800-9727-412ef475f335")
    assert answer.status_code == status
    if isinstance(error, errors.PipelineError):
        assert answer.json()["error"]["user_message"] == error.user_message
        assert answer.json()["error"]["action"]["kind"] == error.action.kind


async def test_readiness_names_what_is_missing(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/health/ready")
    checks = answer.json()["checks"]
    assert checks["postgresql"]["ok"]
    assert checks["redis"]["ok"]
    assert not checks["workers"]["ok"]
    assert answer.status_code == 503


async def test_readiness_tells_that_redis_is_full(client: httpx2.AsyncClient) -> None:
    await connections.state().config_set("maxmemory", 1)
    try:
        answer = await client.get("/api/v1/health/ready")
    finally:
        await connections.state().config_set("maxmemory", 0)
    redis = answer.json()["checks"]["redis"]
    assert not redis["ok"]
    assert redis["detail"].startswith("Redis is full: raise maxmemory")


async def test_the_description_has_exact_schemas(client: httpx2.AsyncClient) -> None:
    schemas = (await client.get("/schema/openapi.json")).json()["components"]["schemas"]
    start = schemas["StartRun"]
    assert start["additionalProperties"] is False
    assert start["required"] == ["selection"]
    assert schemas["RunOptions"]["properties"]["target_words"]["maximum"] == 5000


def test_every_secured_operation_announces_its_problems(app: Litestar) -> None:
    for path, item in app.openapi_schema.to_schema()["paths"].items():
        for operation in item.values():
            if operation.get("security") != [{}]:
                assert PROBLEM in operation["responses"]["401"]["content"], path
                assert PROBLEM in operation["responses"]["400"]["content"], path


def test_the_schemas_use_the_pipelines_own_words() -> None:
    assert list(get_args(Function)) == list(FUNCTIONS.values())
    statuses = {status.value for status in GenerationStatus}
    assert set(get_args(QueueName)) == statuses - {"queued"}


def test_every_problem_handler_is_the_one(app: Litestar) -> None:
    assert set(app.exception_handlers.values()) == {problem}
    assert msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", "/api/v1/keywords", "GET, HEAD, OPTIONS, POST"),
        ("OPTIONS", f"/api/v1/keywords/{UUID(int=1)}", "GET, HEAD, OPTIONS, PATCH"),
        ("PUT", "/api/v1/keywords", "GET, HEAD, OPTIONS, POST"),
    ],
)
async def test_allow_names_every_method_of_a_path(
    client: httpx2.AsyncClient, method: str, path: str, allowed: str
) -> None:
    named = (await client.request(method, path)).headers["allow"]
    assert sorted(named.split(", ")) == allowed.split(", ")
