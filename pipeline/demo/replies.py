"""What calls of all kinds share: the wait at gates, delays, and faults that need no answer."""

import asyncio
import zlib
from typing import Any

import msgspec
from litestar import Request, Response

from pipeline.demo import faults
from pipeline.demo.faults import Fault
from pipeline.demo.state import Call, State

KEY = "demo"


class Gone(Exception):
    """The client has hung up."""


def json(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response[Any]:
    """A JSON response; bytes are sent as they are."""
    content = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return Response(content, media_type="application/json", status_code=status, headers=headers)


def refused(
    status: int, message: str, code: str | None = None, headers: dict[str, str] | None = None
) -> Response[Any]:
    """An error as the protocol has it."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return json({"error": error}, status, headers)


async def before(
    request: Request[Any, Any, Any], state: State, call: Call, body: bytes
) -> tuple[dict[str, Fault], Response[Any] | None]:
    """Faults of this call, and the answer when one of them is the whole answer.

    Raises Gone when the client hangs up while it waits, BadFault for a model that asks for a fault
    there is none of.
    """
    if request.headers.get("authorization", "") != f"Bearer {KEY}":
        return {}, _end(state, call, "", refused(401, "Incorrect API key", "invalid_api_key"))
    if not call.model.startswith("demo"):
        message = f"The model `{call.model}` does not exist; demo models start with `demo`."
        return {}, _end(state, call, "", refused(404, message, "model_not_found"))
    struck = faults.strikes(state.rules, call.model, call.path, call.kind, body)
    gate = state.gate_of(body)
    if gate is not None:
        gate.waiting += 1
        try:
            await _unless_gone(request, gate.opened.wait())
        finally:
            gate.waiting -= 1
    if "latency" in struck:
        delay = faults.delay_of(struck["latency"], zlib.crc32(body))
        await _unless_gone(request, asyncio.sleep(delay))
    if "hang" in struck:
        state.hit(call, "hang")
        await _unless_gone(request, asyncio.sleep(struck["hang"].seconds or 600))
    for name, fault in struck.items():
        answer = _whole_answer(state, call, name, fault)
        if answer is not None:
            return struck, _end(state, call, name, answer)
    return struck, None


def _end(state: State, call: Call, fault: str, answer: Response[Any]) -> Response[Any]:
    if fault:
        state.hit(call, fault)
    state.end(call, str(answer.status_code))
    return answer


def _whole_answer(state: State, call: Call, name: str, fault: Fault) -> Response[Any] | None:
    """The answer of a fault that is all of it."""
    if name == "429" or (name == "rate-limit" and state.over_limit(fault.rate)):
        wait = 1.0 if fault.seconds is None else fault.seconds
        headers = {"retry-after": f"{wait:g}", "retry-after-ms": f"{wait * 1000:g}"}
        return refused(429, "Rate limit reached, slow down", "rate_limit_exceeded", headers)
    if name == "no-embeddings" and call.path == "/embeddings":
        return refused(404, "Not Found")
    plain = {
        "quota": (429, "You exceeded your current quota", "insufficient_quota"),
        "400": (400, "Bad Request", None),
        "500": (500, "The server had an error", None),
        "503": (503, "The engine is overloaded", None),
        "401": (401, "Incorrect API key provided: demo", "invalid_api_key"),
        "404-model": (404, f"The model `{call.model}` does not exist", "model_not_found"),
        "policy": (400, "Rejected by the safety system", "content_policy_violation"),
    }
    if name in plain:
        status, message, code = plain[name]
        return refused(status, message, code)
    if name == "html":
        page = b"<!doctype html><html><head><title>Welcome</title></head><body>Hi</body></html>"
        return Response(page, media_type="text/html", status_code=200)
    if name == "broken-json":
        return json(b'{"choices": [{"message": {"content": "unfinish')
    if name == "error-200":
        return json({"error": {"message": "Upstream failed", "type": "server_error"}})
    if name == "empty-choices":
        return json({"id": "demo", "choices": []})
    return None


async def _unless_gone(request: Request[Any, Any, Any], waiting: Any) -> None:
    """Wait, but no longer than the client does. Raises Gone."""
    work = asyncio.ensure_future(waiting)
    gone = asyncio.ensure_future(request.receive())
    try:
        done, _ = await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if work not in done:
            raise Gone
    finally:
        work.cancel()
        gone.cancel()
