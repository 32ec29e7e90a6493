"""Reading one completion, whole or as server-sent events, and counting its words on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import PipelineError
from pipeline.provider import failures
from pipeline.provider.endpoint import Endpoint
from pipeline.provider.wire import (
    COMPLETION,
    COMPLETIONS,
    Answer,
    Choice,
    Completion,
    Tokens,
)

if TYPE_CHECKING:
    import httpx2

OnWords = Callable[[int], None]

END = b"[DONE]"

AFTER_THE_END = 0.5
"""Seconds for a server to end its response after the last event; else the connection is dropped."""


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
        on_words(words + words_ended(answer.text))
        return answer
    taken = _Taken(endpoint, model, words)
    rest, told = b"", words
    blocks = response.aiter_bytes()
    async for block in blocks:
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        if events := [line[5:].strip() for line in lines if line.startswith(b"data:")]:
            taken.take(events)
        if taken.words != told:
            told = taken.words
            on_words(told)
        if taken.is_over:
            await _read_out(blocks)
            break
    return taken.answer()


class _Taken:
    """What has come of a stream."""

    def __init__(self, endpoint: Endpoint, model: str, words: int) -> None:
        self._endpoint, self._model, self.words = endpoint, model, words
        self.is_over = False
        self._pieces: list[str] = []
        self._refusal: list[str] = []
        self._finish: str | None = None
        self._tokens: Tokens | None = None

    def take(self, events: list[bytes]) -> None:
        """Events that came together. Raises RetryLater and others where one tells of an error."""
        if END in events:
            self.is_over = True
            events = events[: events.index(END)]
        came = len(self._pieces)
        for event in _decoded(self._endpoint, self._model, events):
            if event.usage is not None:
                self._tokens = event.usage
            if event.choices:
                self._add(event.choices[0])
        self.words += words_ended("".join(self._pieces[came:]))

    def _add(self, choice: Choice) -> None:
        self._finish = choice.finish_reason or self._finish
        if choice.delta is not None:
            self._pieces.append(choice.delta.text())
            if choice.delta.refusal:
                self._refusal.append(choice.delta.refusal)

    def answer(self) -> Answer:
        """All of it. Raises RetryLater when the end is missing."""
        if not self.is_over and self._finish is None:
            raise failures.again(self._endpoint, "broke off its answer before the end")
        text, refusal = "".join(self._pieces), "".join(self._refusal) or None
        return Answer(text, self._finish, refusal, self._tokens)


async def _read_out(blocks: AsyncIterator[bytes]) -> None:
    """Read what follows the last event, nearly always nothing, so that the connection serves on."""
    with suppress(TimeoutError):
        async with asyncio.timeout(AFTER_THE_END):
            async for _ in blocks:
                pass


def _decoded(endpoint: Endpoint, model: str, events: list[bytes]) -> list[Completion]:
    try:
        decoded = COMPLETIONS.decode(b"[%b]" % b",".join(events))  # at once: half the time
    except msgspec.DecodeError:
        decoded = [_event(endpoint, data) for data in events]  # raises for the one that is wrong
    for data, event in zip(events, decoded, strict=False):
        if event.error is not None:
            raise _told(endpoint, model, data)
    return decoded


def _event(endpoint: Endpoint, data: bytes) -> Completion:
    try:
        return COMPLETION.decode(data)
    except msgspec.DecodeError:
        raise failures.unusable(endpoint, data) from None


def _told(endpoint: Endpoint, model: str, body: bytes) -> PipelineError:
    """An error inside an answer with status 200."""
    return failures.from_status(endpoint, "", model, 500, {}, body)


def words_ended(text: str) -> int:
    """Words that ended in a piece of JSON text: spaces, and line ends written as \\n."""
    return text.count(" ") + text.count("\\n\\n")
