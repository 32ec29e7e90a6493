from typing import Any
from uuid import UUID

import pytest

from db.status import PlacedBy
from pipeline.clustering.asking import Asker
from pipeline.clustering.assigning import Choice, Placed, Placement, assign, batches
from pipeline.clustering.grouping import Offer
from pipeline.errors import ContentPolicyError
from pipeline.stage import Usage
from tests.stages.service import Declined, Service

LABELS = [Offer(None, name, "informational", [name.lower()]) for name in ("Tea", "Coffee", "Cocoa")]
BOTH = {"green tea": Choice(0, [0, 1]), "espresso": Choice(0, [1, 0])}


def says(*labels: int | None) -> Any:
    """Answers the keywords in order by these labels (by number in `LABELS`)."""

    def reply(data: dict[str, Any]) -> dict[str, Any]:
        names = {one["name"]: one["id"] for one in data["labels"]}
        chosen = [None if n is None else names[LABELS[n].name] for n in labels]
        pairs = zip(data["keywords"], chosen, strict=True)
        return {
            "assignments": [{"keyword_id": one["id"], "label_id": label} for one, label in pairs]
        }

    return reply


async def assigned(account: UUID, choices: dict[str, Choice]) -> Placed:
    return await assign(choices, LABELS, Asker(account, Usage()))


def names(found: Placed) -> dict[str, str]:
    return {text: place.name for text, place in found.items() if isinstance(place, Placement)}


async def test_only_texts_with_candidates_are_asked_about(account: UUID, ai: Service) -> None:
    ai.says("ClusterAssignments", says(1))
    found = await assigned(account, {"tea": Choice(0), "espresso": Choice(0, [0, 1])})
    assert names(found) == {"tea": "Tea", "espresso": "Coffee"}
    assert [one["text"] for one in ai.data("ClusterAssignments")["keywords"]] == ["espresso"]


async def test_nothing_to_ask_asks_nothing(account: UUID, ai: Service) -> None:
    assert names(await assigned(account, {"tea": Choice(0)})) == {"tea": "Tea"}
    assert ai.asked == []


async def test_a_text_that_fits_nowhere_is_offered_its_nearest_label_once(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterAssignments", says(0, None), says(1))
    assert names(await assigned(account, BOTH)) == {"green tea": "Tea", "espresso": "Coffee"}
    (keyword,) = ai.data("ClusterAssignments")["keywords"]
    assert (keyword["text"], len(keyword["candidate_ids"])) == ("espresso", 1)


async def test_a_text_that_fits_nowhere_twice_gets_a_cluster_of_its_own(
    account: UUID, ai: Service
) -> None:
    ai.says("ClusterAssignments", says(0, None), says(None))
    found = await assigned(account, BOTH)
    assert found["espresso"] == Placement("Espresso", None, None)


async def test_a_text_that_two_answers_leave_out_goes_to_the_nearest_and_says_so(
    account: UUID, ai: Service
) -> None:
    def first_only(data: dict[str, Any]) -> dict[str, Any]:
        label = data["labels"][0]["id"]
        return {"assignments": [{"keyword_id": 1, "label_id": label}]}

    ai.says("ClusterAssignments", first_only, lambda data: "{}")
    found = await assigned(account, BOTH)
    assert found["espresso"] == Placement("Coffee", "informational", None, PlacedBy.SIMILARITY)


@pytest.mark.parametrize(
    "answer",
    [
        [(1, 1), (2, 1), (2, 2)],
        [(1, 1), (2, 99)],
        [(1, 1), (77, 1)],
    ],
    ids=["two answers", "a foreign label", "a foreign keyword"],
)
async def test_an_unclear_answer_is_asked_for_again(
    account: UUID, ai: Service, answer: list[tuple[int, int]]
) -> None:
    given = [{"keyword_id": keyword, "label_id": label} for keyword, label in answer]
    ai.says("ClusterAssignments", lambda data: {"assignments": given}, says(1))
    assert names(await assigned(account, BOTH)) == {"green tea": "Tea", "espresso": "Coffee"}
    assert ai.count("ClusterAssignments") == 2


async def test_a_declined_text_fails_alone(account: UUID, ai: Service) -> None:
    def picky(data: dict[str, Any]) -> Any:
        texts = [one["text"] for one in data["keywords"]]
        return Declined("Not this.") if "espresso" in texts else says(0)(data)

    ai.says("ClusterAssignments", picky)
    found = await assigned(account, BOTH)
    assert names(found) == {"green tea": "Tea"}
    assert isinstance(found["espresso"], ContentPolicyError)


def test_a_batch_names_at_most_50_texts_and_200_labels() -> None:
    wide = {f"t{n}": list(range(n * 20, n * 20 + 20)) for n in range(30)}
    narrow = {f"t{n}": [1, 2, 3] for n in range(120)}
    assert [len(batch) for batch in batches(wide)] == [10, 10, 10]
    assert [len(batch) for batch in batches(narrow)] == [50, 50, 20]
