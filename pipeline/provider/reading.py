"""From the text of an answer to the struct that was asked for."""

import re
from functools import cache
from typing import Any

import msgspec

_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)


class Unreadable(Exception):
    """The text holds no such struct. `is_json` tells whether it was JSON at all."""

    def __init__(self, reason: str, is_json: bool) -> None:
        super().__init__(reason)
        self.is_json = is_json


@cache
def decoder(answer: type) -> msgspec.json.Decoder[Any]:
    """The decoder of a struct, made once."""
    return msgspec.json.Decoder(answer)


def read_struct(text: str, answer: type) -> Any:
    """The struct in `text`: bare, in a fence, or with prose around it. Raises Unreadable."""
    read = decoder(answer)
    reason = "the answer holds no JSON object"
    is_json = False
    for candidate in _candidates(text):
        try:
            return read.decode(candidate)
        except msgspec.ValidationError as error:
            raise Unreadable(f"the JSON does not match the schema: {error}", True) from None
        except msgspec.DecodeError as error:
            if "{" in candidate:
                reason = f"the answer is not valid JSON: {error}"
    raise Unreadable(reason, is_json)


def _candidates(text: str) -> Any:
    """What may be the JSON, best guess first; lazily, for the first is nearly always right."""
    yield text
    bare = _THOUGHT.sub("", text)
    yield from (match.group(1) for match in _FENCED.finditer(bare))
    start, end = bare.find("{"), bare.rfind("}")
    if 0 <= start < end:
        yield bare[start : end + 1]
