"""One completion, in the strictest form the endpoint takes.

Rungs: strict JSON schema, then `json_object` with the schema in the prompt, then text with the
schema in the prompt. A refused rung, token-limit name or stream option is remembered, so that it
is tried once a day and not once a call.
"""

from typing import TYPE_CHECKING

import msgspec

from pipeline.provider import shared
from pipeline.provider.client import transport
from pipeline.provider.failures import Absent, Refused
from pipeline.provider.schema import response_format, schema_text
from pipeline.provider.shared import Known
from pipeline.provider.streaming import OnWords, read_stream, read_whole
from pipeline.provider.wire import ENCODER, Answer, Message, Request, StreamOptions

if TYPE_CHECKING:
    from pipeline.provider.transport import Transport

SCHEMA, OBJECT, TEXT = range(3)
RUNG_NAMES = ("strict JSON schema", "json_object", "plain text")
"""Names of the rungs for people, by rung."""

_OBJECT_FORMAT = msgspec.Raw(b'{"type":"json_object"}')
_ABOUT_FORMAT = ("response_format", "json_schema", "json_object", "schema", "structured", "grammar")
_LIMITS = ("max_completion_tokens", "max_tokens")
_ABOUT_STREAM = ("stream_options", "include_usage")


async def complete(
    model: str,
    talk: list[Message],
    answer: type | None,
    *,
    on_words: OnWords | None = None,
    words: int = 0,
    max_tokens: int | None = None,
) -> Answer:
    """Ask once, stepping down as long as the endpoint refuses the form of the request.

    `answer` None asks for text of no form. Raises what `failures` makes, but for `Refused` and
    `Absent`: they become the errors that callers know.
    """
    client = await transport()
    endpoint = client.endpoint
    fact = start = await shared.known(endpoint, model)
    first: Refused | None = None
    while True:
        try:
            given = await _call(client, model, talk, answer, fact, on_words, words, max_tokens)
        except Absent as error:
            raise error.plain() from None
        except Refused as error:
            first = first or error
            simpler = _simpler(fact, error, answer, max_tokens, on_words is not None)
            if simpler is None:
                raise first.plain() from None
            fact = simpler
            continue
        if fact != start:
            await shared.learn(endpoint, model, fact)
        return given


async def prove(model: str, works: bool) -> None:
    """Tell whether the present rung gave an answer that could be read.

    A rung that never did is left: the endpoint took the form and ignored it.
    """
    endpoint = (await transport()).endpoint
    fact = await shared.known(endpoint, model)
    if fact.proven:
        return
    if works:
        await shared.learn(endpoint, model, msgspec.structs.replace(fact, proven=True))
    elif fact.rung < TEXT:
        await shared.learn(endpoint, model, msgspec.structs.replace(fact, rung=fact.rung + 1))


async def _call(
    client: "Transport",
    model: str,
    talk: list[Message],
    answer: type | None,
    fact: Known,
    on_words: OnWords | None,
    words: int,
    max_tokens: int | None,
) -> Answer:
    body = Request(model, talk)
    if answer is not None:
        if fact.rung == SCHEMA:
            body.response_format = response_format(answer)
        else:
            body.messages = [*talk[:-1], _with_schema(talk[-1], answer)]
        if fact.rung == OBJECT:
            body.response_format = _OBJECT_FORMAT
    if max_tokens is not None:
        setattr(body, fact.limit_name, max_tokens)
    if on_words is None or not fact.streams:
        sent = await client.post("/chat/completions", ENCODER.encode(body), model)
        return read_whole(client.endpoint, model, sent)
    body.stream = True
    if fact.stream_usage:
        body.stream_options = StreamOptions()
    async with client.stream("/chat/completions", ENCODER.encode(body), model) as response:
        return await read_stream(client.endpoint, model, response, on_words, words)


def _with_schema(turn: Message, answer: type) -> Message:
    rule = "Answer with one JSON object and nothing else. It has to match this JSON schema:"
    return Message(turn.role, f"{turn.content}\n\n{rule}\n{schema_text(answer)}")


def _simpler(
    fact: Known, error: Refused, answer: type | None, max_tokens: int | None, streamed: bool
) -> Known | None:
    """What to try after a refusal; None when the form of the request is not to blame."""
    replace = msgspec.structs.replace
    if error.too_large:
        return None
    if streamed and fact.stream_usage and any(word in error.said for word in _ABOUT_STREAM):
        return replace(fact, stream_usage=False)
    may_rename = max_tokens is not None and fact.limit_name == _LIMITS[0]
    if may_rename and any(word in error.said for word in _LIMITS):
        return replace(fact, limit_name=_LIMITS[1])
    if streamed and fact.streams and "stream" in error.said:
        return replace(fact, streams=False)
    asked_for_form = answer is not None and fact.rung < TEXT
    if asked_for_form and any(word in error.said for word in _ABOUT_FORMAT):
        return replace(fact, rung=fact.rung + 1, proven=False)
    if asked_for_form and not fact.proven:  # says only "bad request": perhaps the form
        return replace(fact, rung=fact.rung + 1)
    return None
