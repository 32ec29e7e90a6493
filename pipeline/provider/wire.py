"""The parts of the chat protocol that are sent and read; foreign servers may send anything else."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType


class Message(msgspec.Struct, frozen=True):
    """One turn of the talk as it is sent."""

    role: Literal["system", "user", "assistant"]
    content: str


class StreamOptions(msgspec.Struct, frozen=True):
    """Asks for token counts at the end of a stream."""

    include_usage: bool = True


class Request(msgspec.Struct, omit_defaults=True):
    """The body of a chat completion."""

    model: str
    messages: list[Message]
    response_format: msgspec.Raw | UnsetType = UNSET
    max_completion_tokens: int | UnsetType = UNSET
    max_tokens: int | UnsetType = UNSET
    stream: bool = False
    stream_options: StreamOptions | UnsetType = UNSET


class Tokens(msgspec.Struct):
    """Token counts of one answer."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Said(msgspec.Struct):
    """A message, or in a stream the next piece of one."""

    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None

    def text(self) -> str:
        """The content; some servers send it in parts."""
        if isinstance(self.content, list):
            return "".join(str(part.get("text") or "") for part in self.content)
        return self.content or ""


class Choice(msgspec.Struct):
    """The first of these is the answer."""

    message: Said | None = None
    delta: Said | None = None
    finish_reason: str | None = None


class Completion(msgspec.Struct):
    """A whole answer, or one event of a stream."""

    choices: list[Choice] | None = None
    usage: Tokens | None = None
    error: Any = None


class Answer(msgspec.Struct):
    """What one call came to."""

    text: str
    finish: str | None
    refusal: str | None = None
    tokens: Tokens | None = None


COMPLETION = msgspec.json.Decoder(Completion)
COMPLETIONS = msgspec.json.Decoder(list[Completion])
ENCODER = msgspec.json.Encoder()
