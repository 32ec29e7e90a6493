"""Vectors of texts: embeddings where the endpoint has them, kept in the database, else TF-IDF."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

import numpy as np

from piccolo_conf import DB
from pipeline import provider
from pipeline.clustering.asking import Asker, key_for
from pipeline.clustering.similarity import Vectors, centred, text_vectors
from pipeline.errors import ItemError, RetryLater
from pipeline.settings import settings

log = logging.getLogger(__name__)

AT_ONCE = 1000
"""Texts embedded before their vectors are stored."""


async def vectors_of(texts: Sequence[str], asker: Asker) -> Vectors:
    """A row of length one for each text, unrelated texts near 0. Raises RunError, RetryLater (429).

    Embeddings only help to order and to choose candidates: where they fail, TF-IDF does it.
    """
    try:
        embedded = await _embedded(texts, asker)
    except (ItemError, RetryLater) as error:
        if isinstance(error, RetryLater) and not error.counts:
            raise  # the service wants a pause, from everything that asks it
        log.warning("going on without embeddings: %s", error)
        embedded = None
    if embedded is None:
        embedded = await asyncio.to_thread(text_vectors, texts)
    return await asyncio.to_thread(centred, embedded)


async def _embedded(texts: Sequence[str], asker: Asker) -> Vectors | None:
    """The texts' embeddings, asked for where they are not stored; None: there are none here."""
    place = (settings().openai_base_url, settings().embedding_model)
    keys = [key_for(*place, text) for text in texts]
    known = await _stored(keys)
    new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    items = list(new.items())
    for start in range(0, len(items), AT_ONCE):
        part = items[start : start + AT_ONCE]
        answer = await asker.persist(partial(provider.embed, [text for _, text in part]))
        if answer is None:
            return None
        made = {
            key: np.asarray(vector, dtype="<f4")
            for (key, _), vector in zip(part, answer, strict=True)
        }
        await _store(made)
        known |= made
    if len({len(vector) for vector in known.values()}) > 1:
        log.warning("the stored embeddings are of several sizes; going on without")
        return None
    return np.array([known[key] for key in keys], dtype=np.float32)


async def _stored(keys: Sequence[str]) -> dict[str, Vectors]:
    async with DB.connection() as connection:
        rows = await connection.fetch(
            "SELECT id, vector FROM embedding WHERE id = any($1::text[])", list(keys)
        )
    return {row["id"]: np.frombuffer(row["vector"], dtype="<f4") for row in rows}


async def _store(made: dict[str, Vectors]) -> None:
    async with DB.connection() as connection:
        await connection.execute(
            """
            INSERT INTO embedding (id, vector, created_at)
            SELECT id, vector, now() FROM unnest($1::text[], $2::bytea[]) AS new(id, vector)
            ORDER BY id ON CONFLICT (id) DO NOTHING
            """,
            *(list(made), [vector.tobytes() for vector in made.values()]),
        )
