"""Texts to vectors, where the endpoint has embeddings."""

import array
import base64
import binascii
import logging
from collections.abc import Iterator, Sequence

import msgspec

from pipeline.provider import failures, shared
from pipeline.provider.client import transport
from pipeline.provider.endpoint import Endpoint
from pipeline.provider.failures import Absent, Refused
from pipeline.provider.wire import ENCODER
from pipeline.settings import settings

log = logging.getLogger(__name__)

BATCH = 256
"""Texts in one call, at most; halved when a server finds it too many."""

BATCH_CHARACTERS = 200_000
"""Characters in one call, at most: far below the 300,000 tokens that are usual as a limit."""

_NONE_HERE = ("not support", "unsupported", "no embedding", "not an embedding", "does not exist")


class _Request(msgspec.Struct):
    model: str
    input: list[str]
    encoding_format: str = "base64"


class _Vector(msgspec.Struct):
    embedding: list[float] | str
    index: int | None = None


class _Answer(msgspec.Struct):
    data: list[_Vector]


_ANSWER = msgspec.json.Decoder(_Answer)


async def embed(texts: Sequence[str]) -> list[list[float]] | None:
    """A vector for each text, in order; None where the endpoint has no embeddings.

    That it has none is remembered for a day. Raises AIAuthError, AIProviderError and RetryLater.
    """
    model = settings().embedding_model
    endpoint = (await transport()).endpoint
    fact = await shared.known(endpoint, model)
    if not fact.embeds:
        return None
    vectors: list[list[float]] = []
    for batch in _batches(texts):
        got = await _embed(batch, model)
        if got is None:
            log.warning("%s has no embeddings by %s; going on without", endpoint.host, model)
            await shared.learn(endpoint, model, msgspec.structs.replace(fact, embeds=False))
            return None
        vectors.extend(got)
    return vectors


async def _embed(texts: list[str], model: str) -> list[list[float]] | None:
    """One call, or several when the server finds the texts too many for one."""
    client = await transport()
    endpoint = client.endpoint
    try:
        body = await client.post("/embeddings", ENCODER.encode(_Request(model, texts)), model)
    except Absent:
        return None
    except Refused as error:
        if any(hint in error.said for hint in _NONE_HERE):
            return None
        if len(texts) == 1:
            raise error.plain() from None
        middle = len(texts) // 2
        first = await _embed(texts[:middle], model)
        rest = await _embed(texts[middle:], model) if first is not None else None
        return None if first is None or rest is None else first + rest
    return _vectors(endpoint, body, len(texts))


def _vectors(endpoint: Endpoint, body: bytes, count: int) -> list[list[float]]:
    try:
        rows = _ANSWER.decode(body).data
        if all(row.index is not None for row in rows):
            rows.sort(key=lambda row: row.index or 0)
        vectors = [_floats(row.embedding) for row in rows]
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise failures.unusable(endpoint, body) from None
    if len(vectors) != count or len({len(vector) for vector in vectors}) > 1:
        raise failures.again(endpoint, f"answered {len(vectors)} vectors to {count} texts")
    return vectors


def _floats(value: list[float] | str) -> list[float]:
    """Numbers, or little-endian 32-bit floats in base64."""
    if isinstance(value, str):
        return array.array("f", base64.b64decode(value)).tolist()
    return value


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) == BATCH or size + len(text) > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text or " ")  # an empty text is refused everywhere
        size += len(text)
    if batch:
        yield batch
