"""The demo server's routes: the OpenAI protocol under /v1, and control of it under /demo."""

import asyncio
import base64
import zlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import ResponseHeader
from litestar.di import Provide
from litestar.response import Stream

from pipeline.demo import drawing, vectors
from pipeline.demo.chat import Chat, events, kind_of_chat, make, whole
from pipeline.demo.control import CONTROL
from pipeline.demo.faults import BadFault, Fault
from pipeline.demo.replies import Gone, before, json, refused
from pipeline.demo.state import Call, State

MODELS = ("demo-text", "demo-embed", "demo-image")


class Embed(msgspec.Struct):
    """A request for embeddings."""

    model: str
    input: str | list[str]
    encoding_format: str = "float"


class Draw(msgspec.Struct):
    """A request for a picture."""

    model: str
    prompt: str
    size: str = "1024x1024"


def key_of(body: bytes) -> str:
    """Equal for equal requests."""
    return f"{zlib.crc32(body):08x}{len(body):x}"


@post("/v1/chat/completions", status_code=200)
async def chat_completions(request: Request[Any, Any, Any], state_: State) -> Response[Any]:
    """Answer a chat."""
    body = await request.body()
    try:
        chat = msgspec.json.decode(body, type=Chat)
    except msgspec.DecodeError as error:
        return refused(400, f"the request is no chat: {error}")
    key = key_of(body)
    call = state_.begin("/chat/completions", kind_of_chat(chat), chat.model, key)
    try:
        struck, early = await before(request, state_, call, body)
        if early is not None:
            return early
        answer = _form_refused(chat, struck, state_, call)
        if answer is not None:
            return answer
        made, shown = make(chat, struck, state_)
    except Gone:
        state_.end(call, "disconnected")
        return json({})
    except BadFault as error:
        state_.end(call, "404")
        return refused(404, str(error), "model_not_found")
    except (KeyError, TypeError, ValueError) as error:
        state_.end(call, "400")
        return refused(400, f"the data of this prompt is not as agreed: {error!r}")
    for name in shown:
        state_.hit(call, name)
    with_usage = "no-usage" not in struck
    if chat.stream and "no-stream" not in struck:
        pace = struck.get("drip")
        parts = events(chat, made, key, with_usage)
        broken = "broken-stream" in struck
        return Stream(
            _paced(state_, call, list(parts), pace, broken), media_type="text/event-stream"
        )
    state_.end(call, "200")
    return json(whole(chat, made, key, with_usage))


def _form_refused(
    chat: Chat, struck: dict[str, Fault], state_: State, call: Call
) -> Response[Any] | None:
    """The refusal of a request whose form this model is told not to take."""
    kind = chat.response_format.type if chat.response_format else ""
    reasons = {
        "no-schema": kind == "json_schema" and "response_format json_schema is not supported",
        "no-object": kind == "json_object" and "response_format json_object is not supported",
        "no-completion-tokens": chat.max_completion_tokens is not None
        and "Unsupported parameter: max_completion_tokens; use max_tokens",
        "no-stream-options": chat.stream_options is not None and "unknown field stream_options",
    }
    for name, reason in reasons.items():
        if name in struck and reason:
            state_.hit(call, name)
            state_.end(call, "400")
            return refused(400, str(reason))
    return None


async def _paced(
    state_: State, call: Call, parts: list[bytes], pace: Fault | None, broken: bool
) -> AsyncIterator[bytes]:
    """The events of a stream: in blocks, or one by one when it is to drip."""
    ended = "disconnected"
    size = 1 if pace else 16
    try:
        if pace:
            state_.hit(call, "drip")
        if broken:
            state_.hit(call, "broken-stream")
            parts = parts[: len(parts) // 2]
        for start in range(0, len(parts), size):
            yield b"".join(parts[start : start + size])
            await asyncio.sleep((pace.seconds or 0.2) if pace else 0)
        ended = "broken" if broken else "200"
    finally:
        state_.end(call, ended)


@post("/v1/embeddings", status_code=200)
async def embeddings(request: Request[Any, Any, Any], state_: State) -> Response[Any]:
    """Answer with a vector for each text."""
    body = await request.body()
    try:
        asked = msgspec.json.decode(body, type=Embed)
    except msgspec.DecodeError as error:
        return refused(400, f"the request asks for no embeddings: {error}")
    call = state_.begin("/embeddings", "embeddings", asked.model, key_of(body))
    try:
        struck, early = await before(request, state_, call, body)
    except Gone:
        state_.end(call, "disconnected")
        return json({})
    except BadFault as error:
        state_.end(call, "404")
        return refused(404, str(error), "model_not_found")
    if early is not None:
        return early
    texts = [asked.input] if isinstance(asked.input, str) else asked.input
    if "small-batches" in struck and len(texts) > 8:
        state_.hit(call, "small-batches")
        state_.end(call, "400")
        return refused(400, "too many inputs in one request")
    plain = asked.encoding_format != "base64" or "float-embeddings" in struck
    rows = [
        {
            "object": "embedding",
            "index": index,
            "embedding": vector if plain else vectors.as_base64(vector),
        }
        for index, vector in enumerate(map(vectors.vector, texts))
    ]
    tokens = sum(map(len, texts)) // 4 + 1
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    state_.end(call, "200")
    return json({"object": "list", "model": asked.model, "data": rows, "usage": usage})


@post("/v1/images/generations", status_code=200)
async def images(request: Request[Any, Any, Any], state_: State) -> Response[Any]:
    """Answer with a picture."""
    body = await request.body()
    try:
        asked = msgspec.json.decode(body, type=Draw)
        width, height = (int(part) for part in asked.size.split("x"))
    except (msgspec.DecodeError, ValueError) as error:
        return refused(400, f"the request asks for no picture: {error}")
    if not (16 <= width <= 4096 and 16 <= height <= 4096):
        return refused(400, "size has to be from 16x16 to 4096x4096")
    call = state_.begin("/images/generations", "image", asked.model, key_of(body))
    try:
        struck, early = await before(request, state_, call, body)
    except Gone:
        state_.end(call, "disconnected")
        return json({})
    except BadFault as error:
        state_.end(call, "404")
        return refused(404, str(error), "model_not_found")
    if early is not None:
        return early
    tokens = {"input_tokens": len(asked.prompt) // 4 + 1, "output_tokens": width * height // 1024}
    usage = {**tokens, "total_tokens": sum(tokens.values())}
    if "image-url" in struck:
        state_.hit(call, "image-url")
        address = f"{request.base_url}demo/picture?size={asked.size}"
        state_.end(call, "200")
        return json({"created": 0, "data": [{"url": address}], "usage": usage})
    if "bad-image" in struck:
        state_.hit(call, "bad-image")
        picture = b"this is no image"
    else:
        picture = await asyncio.to_thread(drawing.picture, asked.prompt, width, height)
    state_.end(call, "200")
    row = {"b64_json": base64.b64encode(picture).decode()}
    return json({"created": 0, "data": [row], "usage": usage})


@get("/v1/models")
async def models() -> Response[Any]:
    """List the models."""
    rows = [{"id": name, "object": "model", "owned_by": "igny8-demo"} for name in MODELS]
    return json({"object": "list", "data": rows})


def create_app() -> Litestar:
    """The application, with a state of its own."""
    state = State()
    return Litestar(
        [chat_completions, embeddings, images, models, *CONTROL],
        dependencies={"state_": Provide(lambda: state, sync_to_thread=False)},
        response_headers=[ResponseHeader(name="x-demo", value="true")],
        openapi_config=None,
    )
