from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from pipeline.clustering import merging
from pipeline.clustering.asking import Asker
from pipeline.clustering.merging import Label, allowed, apply, merged, same_names, windows
from pipeline.clustering.similarity import centred, text_vectors
from pipeline.stage import Usage
from tests.clustering.oracle import LABELLED, Oracle
from tests.stages.service import Cut, Declined, Service

TEXTS = list(LABELLED)
VECTORS = centred(text_vectors(TEXTS))
INTENT = "informational"


def label(name: str, *rows: int, intent: str | None = INTENT, id: UUID | None = None) -> Label:  # noqa: A002
    return Label(id, name, intent, list(rows))


def single_labels() -> list[Label]:
    return [label(f"{LABELLED[text]} {n}", n) for n, text in enumerate(TEXTS)]


def test_labels_of_different_intents_stay_apart() -> None:
    chosen = [label("A", 0, 1), label("B", 2, intent="commercial"), label("C", 3, intent=None)]
    near = np.ones((4, 2), dtype=np.float32)
    assert [one.name for one in allowed(chosen, near)] == ["A", "C"]


def test_labels_that_are_far_apart_stay_apart() -> None:
    vectors = np.array([[1, 0], [0.9, 0.1], [-1, 0]], dtype=np.float32)
    chosen = [label("A", 0), label("B", 1), label("C", 2)]
    assert [one.name for one in allowed(chosen, vectors)] == ["A", "B"]


def test_two_existing_clusters_never_become_one_and_new_ones_join_the_existing() -> None:
    chosen = [label("New", 0, 1), label("Old", 3, id=uuid4()), label("Older", 4, id=uuid4())]
    near = np.ones((5, 2), dtype=np.float32)
    assert [one.name for one in allowed(chosen, near)] == ["Old", "New"]


def test_a_merge_keeps_every_row_once_and_the_name_of_what_exists() -> None:
    old = label("Old", 3, id=uuid4())
    labels = [label("A", 0, 1), old, label("B", 2)]
    after = apply(labels, [merging.Merge("Whatever", [old, labels[0]])])
    assert [(one.id, one.name) for one in after] == [(old.id, "Old"), (None, "B")]
    assert sorted(row for one in after for row in one.rows) == [0, 1, 2, 3]


def test_labels_of_the_same_name_are_one() -> None:
    (one,) = same_names([label("Cold Brew", 1), label("cold  brew", 2), label("COLD BREW", 3)])
    assert (one.name, one.rows) == ("Cold Brew", [1, 2, 3])


def test_windows_hold_every_label_once_and_shift_by_half() -> None:
    labels = [label(str(n), n) for n in range(150)]
    for shifted, first in ((False, 60), (True, 30)):
        parts = windows(labels, shifted)
        assert [one for part in parts for one in part] == labels
        assert len(parts[0]) == first
        assert max(map(len, parts)) <= merging.WINDOW
    assert windows(labels[:60], True) == [labels[:60]]


async def test_rounds_go_on_until_the_labels_are_the_true_ones(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    asker = Asker(account, Usage())
    found = await merged(single_labels(), TEXTS, VECTORS, asker, 4)
    assert sorted(row for one in found for row in one.rows) == list(range(len(TEXTS)))
    assert len(found) <= 1.6 * len(set(LABELLED.values()))
    assert all(len({LABELLED[TEXTS[row]] for row in one.rows}) == 1 for one in found)
    assert ai.count("ClusterLabels") >= 4


async def test_labels_that_an_answer_leaves_out_stay_as_they_are(
    account: UUID, ai: Service
) -> None:
    def two_of_four(data: dict[str, Any]) -> dict[str, Any]:
        ids = [one["id"] for one in data["labels"] if one["name"] in ("A", "B")]
        ids = ids or [one["id"] for one in data["labels"]][:2]
        return {"groups": [{"name": "A", "intent": INTENT, "label_ids": [*ids, 999]}]}

    ai.says("ClusterLabels", two_of_four)
    labels = [label("A", 0), label("B", 1), label("C", 2), label("D", 3, intent="commercial")]
    near = np.ones((4, 2), dtype=np.float32)
    asker = Asker(account, Usage())
    found = await merged(labels, TEXTS[:4], near, asker, 1)
    assert "D" in {one.name for one in found}
    assert sorted(row for one in found for row in one.rows) == [0, 1, 2, 3]


@pytest.mark.parametrize("fault", [Cut("{"), Declined("No.")], ids=["cut", "declined"])
async def test_a_window_that_cannot_be_answered_is_asked_in_halves(
    account: UUID, oracle: Oracle, ai: Service, fault: str
) -> None:
    def limited(data: dict[str, Any]) -> Any:
        return fault if len(data["labels"]) > 10 else oracle.labels(data)

    ai.says("ClusterLabels", limited)
    labels = single_labels()[:16]
    found = await merged(labels, TEXTS, VECTORS, Asker(account, Usage()), 1)
    assert len(found) < len(labels)
