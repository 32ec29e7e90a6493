import itertools
import random

import numpy as np
import pytest
from scipy.spatial import distance

from pipeline.clustering import similarity
from pipeline.clustering.similarity import centred, centroids, nearest, order, text_vectors
from tests.clustering.oracle import LABELLED

TEXTS = list(LABELLED)


def borders(numbers: list[int]) -> int:
    """How often the cluster changes from one text to the next."""
    clusters = [LABELLED[TEXTS[number]] for number in numbers]
    return sum(a != b for a, b in itertools.pairwise(clusters))


def test_order_has_every_text_once_and_brings_near_ones_together() -> None:
    mixed = random.Random(1).sample(range(len(TEXTS)), len(TEXTS))
    vectors = centred(text_vectors([TEXTS[n] for n in mixed]))
    found = [mixed[n] for n in order(vectors)]
    assert sorted(found) == list(range(len(TEXTS)))
    assert borders(found) < borders(mixed) / 2


def test_more_texts_than_a_block_are_ordered_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity, "BLOCK", 40)
    vectors = centred(text_vectors(TEXTS))
    found = order(vectors)
    assert sorted(found) == list(range(len(TEXTS)))
    assert borders(found) < len(TEXTS) / 2
    assert max(len(block) for block in similarity._blocks(vectors, np.arange(len(TEXTS)))) <= 40


def test_no_two_texts_out_of_different_blocks_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    compare = distance.pdist

    def counting(rows: similarity.Vectors) -> object:
        compared.append(len(rows))
        return compare(rows)

    monkeypatch.setattr(distance, "pdist", counting)
    monkeypatch.setattr(similarity, "BLOCK", 500)
    vectors = similarity.unit(np.random.default_rng(0).normal(size=(2003, 8)))
    assert sorted(order(vectors)) == list(range(2003))
    assert max(compared) <= 500


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["one"],
        ["one", "two"],
        ["same"] * 5,
        ["?", "!", "€"],
        ["日本 茶", "日本 緑茶", "コーヒー"],
    ],
    ids=["none", "one", "two", "the same", "signs", "another script"],
)
def test_few_and_odd_texts_are_ordered_too(texts: list[str]) -> None:
    if texts:
        vectors = centred(text_vectors(texts))
        assert np.isfinite(vectors).all()
        assert sorted(order(vectors)) == list(range(len(texts)))
    else:
        assert order(np.zeros((0, 3), dtype=np.float32)) == []


def test_nearest_gives_the_likest_targets_first() -> None:
    vectors = similarity.unit(np.eye(3) + 0.1)
    targets = centroids(vectors, [[0], [1, 2], [2]])
    found = list(nearest(vectors, targets, 2))
    assert [targets[0] for _, targets, _ in found] == [0, 1, 2]
    assert [row for row, _, _ in found] == [0, 1, 2]
    assert all(scores == sorted(scores, reverse=True) for _, _, scores in found)


def test_nearest_of_nothing_is_nothing() -> None:
    vectors = similarity.unit(np.eye(3))
    assert [targets for _, targets, _ in nearest(vectors, centroids(vectors, []), 5)] == [
        [],
        [],
        [],
    ]
