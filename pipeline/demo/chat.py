"""Chat completions: from a request to the text of its answer, and that text as JSON or a stream."""

import zlib
from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.demo.answers import answer, data_of, kind_of
from pipeline.demo.faults import Fault, applies
from pipeline.demo.state import State
from pipeline.demo.twists import twisted

WORDS_A_PIECE = 8
_TO_COME = 200
"""How many unfinished answers are kept so that they can be continued."""


class Turn(msgspec.Struct):
    """One message of a request."""

    role: str
    content: str | None = None


class SchemaOf(msgspec.Struct):
    """The schema part of a response format."""

    name: str
    schema: dict[str, Any]


class Format(msgspec.Struct):
    """`json_schema`, `json_object` or `text`."""

    type: str
    json_schema: SchemaOf | None = None


class StreamOptions(msgspec.Struct):
    """Whether a stream ends with token counts."""

    include_usage: bool = False


class Chat(msgspec.Struct):
    """A request for a completion."""

    model: str
    messages: list[Turn]
    response_format: Format | None = None
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None

    @property
    def schema_name(self) -> str | None:
        """The name of the schema asked for."""
        format_ = self.response_format
        return format_.json_schema.name if format_ and format_.json_schema else None

    @property
    def prompt(self) -> str:
        """All that the user said, in order."""
        return "\n".join(turn.content or "" for turn in self.messages if turn.role == "user")


class Made(msgspec.Struct):
    """An answer before it is put into a protocol."""

    kind: str
    text: str | None
    finish: str = "stop"
    refusal: str | None = None


def kind_of_chat(chat: Chat) -> str:
    """What the request asks for, by name."""
    return kind_of(chat.schema_name, data_of(chat.prompt))


def make(chat: Chat, faults: dict[str, Fault], state: State) -> tuple[Made, list[str]]:
    """The answer and the names of the faults that it shows."""
    kind = kind_of_chat(chat)
    if "refusal" in faults:
        return Made(kind, None, refusal="I cannot help with that request."), ["refusal"]
    if "filter" in faults:
        return Made(kind, "", "content_filter"), ["filter"]
    shown = [name for name in _OF_CONTENT if name in faults and applies(name, kind)]
    text = _rest(chat, state)
    if text is None:
        text = _text(chat, kind, faults)
    keep = len(text)
    if "cut" in faults and len(text) > 20:
        keep = int(len(text) * faults["cut"].share_kept)
        shown.append("cut")
    limit = chat.max_completion_tokens or chat.max_tokens
    keep = min(keep, limit * 4) if limit else keep
    if keep < len(text):
        _remember_rest(state, text[:keep], text[keep:])
        return Made(kind, text[:keep], "length"), shown
    return Made(kind, text), shown


_OF_CONTENT = (
    "missing-ids",
    "double-ids",
    "unknown-ids",
    "short-article",
    "missing-section",
    "wrong-language",
    "not-json",
    "wrong-shape",
    "ignore-schema",
)


def _text(chat: Chat, kind: str, faults: dict[str, Fault]) -> str:
    if "not-json" in faults:
        return "I would rather talk about something else today."
    if "wrong-shape" in faults:
        return '{"something": "else"}'
    data = data_of(chat.prompt)
    schema = chat.response_format.json_schema if chat.response_format else None
    value = answer(kind, data, schema.schema if schema else None, chat.prompt)
    if isinstance(value, str):
        return value
    if data is not None:
        value = twisted(kind, data, value, faults)
    text = msgspec.json.encode(value).decode()
    if chat.response_format is None or "ignore-schema" in faults:
        return f"Here is what you asked for.\n\n```json\n{text}\n```\nTell me if it helps."
    return text


def _rest(chat: Chat, state: State) -> str | None:
    """What is left of an answer that was cut, when the request asks for the rest of it."""
    if len(chat.messages) < 3 or chat.messages[-2].role != "assistant":
        return None
    return state.cut_off.get(zlib.crc32((chat.messages[-2].content or "")[-400:].encode()))


def _remember_rest(state: State, text: str, rest: str) -> None:
    while len(state.cut_off) >= _TO_COME:
        del state.cut_off[next(iter(state.cut_off))]
    state.cut_off[zlib.crc32(text[-400:].encode())] = rest


def usage_of(chat: Chat, made: Made) -> dict[str, int]:
    """Token counts: a token is four characters."""
    sent = sum(len(turn.content or "") for turn in chat.messages) // 4 + 1
    got = len(made.text or made.refusal or "") // 4 + 1
    return {"prompt_tokens": sent, "completion_tokens": got, "total_tokens": sent + got}


def whole(chat: Chat, made: Made, key: str, with_usage: bool) -> bytes:
    """The answer as one JSON body."""
    message = {"role": "assistant", "content": made.text, "refusal": made.refusal}
    body: dict[str, Any] = {
        "id": f"chatcmpl-demo-{key}",
        "object": "chat.completion",
        "created": 0,
        "model": chat.model,
        "choices": [{"index": 0, "message": message, "finish_reason": made.finish}],
    }
    if with_usage:
        body["usage"] = usage_of(chat, made)
    return msgspec.json.encode(body)


def events(chat: Chat, made: Made, key: str, with_usage: bool) -> Iterator[bytes]:
    """The answer as server-sent events, a few words each."""
    head = msgspec.json.encode(
        {
            "id": f"chatcmpl-demo-{key}",
            "object": "chat.completion.chunk",
            "created": 0,
            "model": chat.model,
        }
    )[:-1]

    def event(rest: Any) -> bytes:
        return b"data: %s,%s\n\n" % (head, msgspec.json.encode(rest)[1:])

    def piece(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return event({"choices": [choice]})

    yield piece({"role": "assistant", "content": ""})
    if made.refusal:
        yield piece({"refusal": made.refusal})
    words = (made.text or "").split(" ")
    for start in range(0, len(words), WORDS_A_PIECE):
        text = " ".join(words[start : start + WORDS_A_PIECE])
        if start + WORDS_A_PIECE < len(words):
            text += " "
        yield piece({"content": text})
    yield piece({}, made.finish)
    if with_usage and chat.stream_options and chat.stream_options.include_usage:
        yield event({"choices": [], "usage": usage_of(chat, made)})
    yield b"data: [DONE]\n\n"
