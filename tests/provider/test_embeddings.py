"""Vectors where there are any, None where there are none."""

import pytest

from pipeline import provider
from pipeline.errors import AIAuthError, AIProviderError, RetryLater
from pipeline.provider import embeddings, shared
from tests.demo_control import Demo

TEXTS = ["burr coffee grinder", "coffee grinders", "sourdough starter"]


def likeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def vectors(texts: list[str]) -> list[list[float]]:
    found = await provider.embed(texts)
    assert found is not None
    return found


async def test_texts_that_share_words_are_near(demo: Demo) -> None:
    grinder, grinders, bread = await vectors(TEXTS)
    assert likeness(grinder, grinders) > 0.5 > likeness(grinder, bread)


async def test_floats_and_base64_are_the_same(demo: Demo) -> None:
    compact = await vectors(TEXTS)
    await demo.fault("float-embeddings")
    for one, other in zip(compact, await vectors(TEXTS), strict=True):
        assert one == pytest.approx(other, abs=1e-6)


async def test_many_texts_go_in_batches_and_come_in_order(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "BATCH", 10)
    texts = [f"keyword number {number}" for number in range(25)]
    found = await vectors(texts)
    assert (await demo.stats())["calls"] == 3
    assert found[17] == (await vectors(texts[17:18]))[0]


async def test_a_batch_that_is_too_large_is_halved(demo: Demo) -> None:
    await demo.fault("small-batches")
    texts = [f"keyword number {number}" for number in range(20)]
    found = await vectors(texts)
    assert len(found) == 20
    assert found[11] == (await vectors(texts[11:12]))[0]


async def test_an_endpoint_without_embeddings_gives_none_and_is_not_asked_again(
    demo: Demo,
) -> None:
    await demo.fault("no-embeddings")
    assert await provider.embed(TEXTS) is None
    shared.forget()  # as another process, which has Redis only
    assert await provider.embed(TEXTS) is None
    assert (await demo.stats())["calls"] == 1


async def test_an_unknown_embedding_model_counts_as_none(demo: Demo) -> None:
    demo.set(embedding_model="text-embedding-unknown")
    assert await provider.embed(TEXTS) is None


async def test_no_texts_need_no_call(demo: Demo) -> None:
    assert await provider.embed([]) == []
    assert (await demo.stats())["calls"] == 0


async def test_an_empty_text_has_a_vector_too(demo: Demo) -> None:
    assert len(await vectors(["", "coffee"])) == 2


async def test_a_refused_key_stops_the_run(demo: Demo) -> None:
    await demo.fault("401")
    with pytest.raises(AIAuthError):
        await provider.embed(TEXTS)


@pytest.mark.parametrize("fault", ["500", "html", "broken-json"])
async def test_what_may_pass_is_tried_later(demo: Demo, fault: str) -> None:
    await demo.fault(fault)
    with pytest.raises(RetryLater):
        await provider.embed(TEXTS)


async def test_a_single_text_that_is_refused_is_an_error(demo: Demo) -> None:
    await demo.fault("400")
    with pytest.raises(AIProviderError):
        await provider.embed(TEXTS[:1])
