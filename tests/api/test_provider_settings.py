"""The AI service as it is set and tested, over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from api import provider_settings
from pipeline import provider
from pipeline.provider import pacing, shared
from tests.demo_control import Demo

PROVIDER = "/api/v1/settings/provider"


@pytest.fixture
async def demo(db: None, demo_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Demo]:
    control = Demo(demo_url, monkeypatch)
    await control.reset()
    shared.forget()
    pacing.forget()
    yield control
    await control.reset()
    await control.close()
    await provider.close_client()
    shared.forget()
    pacing.forget()


async def test_the_settings_are_shown_without_what_is_secret(
    client: httpx2.AsyncClient, demo: Demo
) -> None:
    demo.set(
        openai_base_url="https://someone@llm.invalid/v1?key=hidden-too", openai_api_key="hidden"
    )
    answer = await client.get(PROVIDER)
    shown = answer.json()
    assert shown["endpoint"] == "https://llm.invalid/v1"
    assert (shown["key_set"], shown["demo"]) == (True, True)
    assert shown["models"]["generate_images"] == "demo-image"
    assert "create_tasks" not in shown["models"]
    for secret in ("hidden", "someone"):
        assert secret not in answer.text


async def test_an_administrator_is_told_what_works(
    administrator: httpx2.AsyncClient, demo: Demo
) -> None:
    tested = (await administrator.post(f"{PROVIDER}/test")).json()
    assert tested["ok"] is True
    assert [finding["name"] for finding in tested["findings"]][:3] == [
        "AI service",
        "models",
        "text",
    ]


async def test_a_refused_key_is_told_without_the_key(
    administrator: httpx2.AsyncClient, demo: Demo
) -> None:
    demo.set(openai_api_key="wrong-and-secret")
    answer = await administrator.post(f"{PROVIDER}/test")
    assert answer.json()["ok"] is False
    assert "OPENAI_API_KEY" in answer.text
    assert "wrong-and-secret" not in answer.text


async def test_a_service_that_hangs_is_told_in_time_and_tested_once(
    administrator: httpx2.AsyncClient, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_settings, "PATIENCE", 1.0)
    await demo.hold(".")
    answers = await asyncio.gather(*(administrator.post(f"{PROVIDER}/test") for _ in range(2)))
    await demo.hold(".", hold=False)
    told, busy = sorted(answers, key=lambda answer: answer.status_code)
    assert told.json()["ok"] is False
    assert "did not answer" in told.json()["findings"][0]["detail"]
    assert (busy.status_code, busy.json()["code"]) == (409, "already_testing")


async def test_members_see_the_settings_and_test_nothing(
    client: httpx2.AsyncClient, demo: Demo
) -> None:
    assert (await client.get(PROVIDER)).status_code == 200
    assert (await client.post(f"{PROVIDER}/test")).status_code == 403
    assert await demo.calls() == []


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
async def test_nobody_can_point_the_server_at_another_address(
    client: httpx2.AsyncClient, method: str
) -> None:
    """Endpoint and key come from the server's environment only."""
    evil = {"endpoint": "http://169.254.169.254/", "openai_base_url": "http://127.0.0.1:6379/"}
    before = (await client.get(PROVIDER)).json()
    answer = await client.request(method, PROVIDER, json=evil)
    assert answer.status_code == 405
    assert (await client.get(PROVIDER)).json() == before


async def test_the_test_of_the_service_takes_no_address(
    demo: Demo, client: httpx2.AsyncClient
) -> None:
    described = (await client.get("/schema/openapi.json")).json()["paths"][f"{PROVIDER}/test"]
    assert "requestBody" not in described["post"]
    assert not described["post"].get("parameters")
