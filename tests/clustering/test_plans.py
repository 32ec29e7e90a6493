import tracemalloc
from uuid import UUID, uuid4

import numpy as np

from pipeline.clustering import plans
from pipeline.clustering.merging import Label
from pipeline.clustering.plans import choose
from pipeline.clustering.similarity import order, unit


def label(*rows: int) -> Label:
    return Label(None, str(rows), None, list(rows))


NEAR = unit(np.array([[1, 0], [1, 0.1], [1, 0.05], [0, 1], [0.1, 1], [0.05, 1]]))


def test_a_draft_that_is_clearly_nearest_stands_unasked() -> None:
    found = choose([label(0, 1, 2), label(3, 4, 5)], NEAR, set(range(6)), set())
    assert {row: choice.drafted for row, choice in found.items()} == dict(
        enumerate([0, 0, 0, 1, 1, 1])
    )
    assert not any(choice.candidates for choice in found.values())


def test_a_draft_that_disagrees_with_similarity_is_asked_about() -> None:
    found = choose([label(0, 1, 3), label(2, 4, 5)], NEAR, set(range(6)), set())
    assert found[3].candidates == [1, 0]
    assert found[2].candidates == [0, 1]


def test_a_text_alone_in_its_label_is_asked_about() -> None:
    found = choose([label(0), label(1, 2), label(3, 4, 5)], NEAR, set(range(6)), set())
    assert 1 in found[0].candidates
    assert 0 in found[0].candidates


def test_a_text_that_only_similarity_placed_is_asked_about() -> None:
    found = choose([label(0, 1, 2), label(3, 4, 5)], NEAR, {0, 1}, {1})
    assert set(found) == {0, 1}
    assert found[1].candidates == [0, 1]


def test_the_draft_is_among_the_candidates_also_when_others_are_nearer() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(60, 8)))
    found = choose([label(n) for n in range(60)], vectors, set(range(60)), set())
    assert all(choice.drafted in choice.candidates for choice in found.values())
    assert {len(choice.candidates) for choice in found.values()} == {plans.CANDIDATES}


async def test_a_run_without_a_plan_has_none(account: UUID) -> None:
    assert await plans.load(account, uuid4()) is None


def test_memory_does_not_grow_with_the_square_of_the_texts() -> None:
    vectors = unit(np.random.default_rng(0).normal(size=(6_000, 16)))
    labels = [label(*range(n, n + 5)) for n in range(0, 6_000, 5)]
    tracemalloc.start()
    order(vectors)
    choose(labels, vectors, set(range(6_000)), set())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6_000 * 6_000 * 8 / 2  # less than all distances, each once
