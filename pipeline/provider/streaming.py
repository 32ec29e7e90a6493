"""Reading one completion, whole or as server-sent events, and counting its words on the way."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import PipelineError
from pipeline.provider import failures
from pipeline.provider.endpoint import Endpoint
from pipeline.provider.wire import COMPLETION, Answer, Completion

if TYPE_CHECKING:
    import httpx2

OnWords = Callable[[int], None]


def read_whole(endpoint: Endpoint, model: str, body: bytes) -> Answer:
    """The answer in a JSON body. Raises RetryLater for anything that is not a completion."""
    try:
        read = COMPLETION.decode(body)
    except msgspec.DecodeError:
        raise failures.unusable(endpoint, body) from None
    if read.error is not None:
        raise _told(endpoint, model, body)
    choice = read.choices[0] if read.choices else None
    if choice is None or choice.message is None:
        raise failures.unusable(endpoint, body)
    said = choice.message
    return Answer(said.text(), choice.finish_reason, said.refusal, read.usage)


async def read_stream(
    endpoint: Endpoint, model: str, response: "httpx2.Response", on_words: OnWords, words: int = 0
) -> Answer:
    """The answer in an event stream; `on_words` gets `words` plus those that have come so far.

    A server that does not stream and answers with plain JSON is read as such. Raises RetryLater
    for a stream that breaks off.
    """
    if "event-stream" not in response.headers.get("content-type", ""):
        answer = read_whole(endpoint, model, await response.aread())
        on_words(words + _spaces(answer.text))
        return answer
    pieces: list[str] = []
    answer = Answer("", None)
    refusal: list[str] = []
    rest, over = b"", False
    async for block in response.aiter_bytes():
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        before = words
        for line in lines:
            if not line.startswith(b"data:"):
                continue
            data = line[5:].strip()
            if data == b"[DONE]":
                over = True
                break
            event = _event(endpoint, model, data)
            if event.usage is not None:
                answer.tokens = event.usage
            if not event.choices:
                continue
            choice = event.choices[0]
            answer.finish = choice.finish_reason or answer.finish
            if choice.delta is not None:
                piece = choice.delta.text()
                pieces.append(piece)
                words += _spaces(piece)
                if choice.delta.refusal:
                    refusal.append(choice.delta.refusal)
        if words != before:
            on_words(words)
        if over:
            break
    if not over and answer.finish is None:
        raise failures.again(endpoint, "broke off its answer before the end")
    answer.text, answer.refusal = "".join(pieces), "".join(refusal) or None
    return answer


def _event(endpoint: Endpoint, model: str, data: bytes) -> Completion:
    try:
        event = COMPLETION.decode(data)
    except msgspec.DecodeError:
        raise failures.unusable(endpoint, data) from None
    if event.error is not None:
        raise _told(endpoint, model, data)
    return event


def _told(endpoint: Endpoint, model: str, body: bytes) -> PipelineError:
    """An error inside an answer with status 200."""
    return failures.from_status(endpoint, "", model, 500, {}, body)


def _spaces(text: str) -> int:
    """Words that ended in a piece of JSON text: spaces, and line ends written as \\n."""
    return text.count(" ") + text.count("\\n\\n")
