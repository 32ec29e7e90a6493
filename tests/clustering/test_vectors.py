from uuid import UUID

import numpy as np

from pipeline.clustering.asking import Asker
from pipeline.clustering.vectors import vectors_of
from pipeline.demo.vectors import vector
from pipeline.stage import Usage
from tests.stages import rows
from tests.stages.service import Service

TEXTS = ["cold brew ratio", "cold brew recipe", "raised bed soil", "marathon taper"]


async def test_embeddings_are_asked_for_once_and_kept(account: UUID, ai: Service) -> None:
    ai.vector = vector
    asker = Asker(account, Usage())
    first = await vectors_of(TEXTS, asker)
    more = await vectors_of([*TEXTS, "slugs", "slugs"], asker)
    assert [len(data["input"]) for _, data in ai.asked] == [4, 1]
    assert first.shape == (4, 128)
    assert more.shape == (6, 128)
    assert np.allclose(np.linalg.norm(more, axis=1), 1, atol=1e-5)
    assert await rows.value("SELECT count(*) FROM embedding") >= 5


async def test_without_embeddings_words_tell_what_is_near(account: UUID, ai: Service) -> None:
    found = await vectors_of(TEXTS, Asker(account, Usage()))
    likeness = found @ found.T
    assert likeness[0, 1] > max(likeness[0, 2], likeness[0, 3])
    await vectors_of(TEXTS, Asker(account, Usage()))
    assert ai.count("embeddings") == 1  # that there are none is remembered
