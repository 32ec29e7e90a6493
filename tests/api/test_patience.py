"""Requests whose answer does not begin in time."""

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from api import patience
from api.patience import patient

RUN = "/api/v1/runs/01a20446-5e00-7800-9727-412ef475f335"


async def hang(*_: object) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("method", "path", "advice"),
    [("GET", RUN, "Nothing was changed."), ("POST", f"{RUN}/pause", "Look whether it was done")],
)
async def test_a_request_that_hangs_is_given_up(
    client: httpx2.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    advice: str,
) -> None:
    monkeypatch.setattr("api.runs.find_run", hang)
    monkeypatch.setattr("pipeline.controls.pause", hang)
    monkeypatch.setattr(patience, "PATIENCE", 0.5)
    answer = await client.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (503, "timed_out")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"]
    assert advice in answer.json()["hint"]


async def ask(app: Any, handler_patience: float) -> list[Any]:
    """What `app` sends when its handler has so many seconds, to a client that sends slowly."""
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    handler = SimpleNamespace(opt={"patience": handler_patience})
    scope: Any = {"type": "http", "method": "POST", "route_handler": handler}
    await patient(app)(scope, receive, send)
    return sent


async def test_the_time_of_the_body_does_not_count() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "http.response.start"})

    assert await ask(app, 0.0) == ["http.response.start"]


async def test_an_answer_that_has_begun_may_go_on() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start"})
        await asyncio.sleep(0.01)
        await send({"type": "http.response.body"})

    assert await ask(app, 0.0) == ["http.response.start", "http.response.body"]


async def test_a_handler_may_take_the_time_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.sleep(0.01)
        await send({"type": "http.response.start"})

    monkeypatch.setattr(patience, "PATIENCE", 0.0)
    assert await ask(app, 600.0) == ["http.response.start"]


async def test_a_timeout_of_something_else_stays_what_it_is() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise TimeoutError("a socket")

    with pytest.raises(TimeoutError, match="a socket"):
        await ask(app, 600.0)
