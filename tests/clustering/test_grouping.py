from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from db.status import Granularity
from pipeline.clustering.asking import Asker
from pipeline.clustering.grouping import (
    GRANULARITY,
    Draft,
    Grouped,
    Offer,
    group,
    joined,
    tidy_name,
)
from pipeline.clustering.similarity import Vectors, centred, text_vectors
from pipeline.errors import AIProviderError, ContentPolicyError
from pipeline.stage import Usage
from pipeline.words import key_of
from tests.clustering.oracle import LABELLED, Oracle
from tests.stages.service import Cut, Declined, Service

TEXTS = list(LABELLED)[:20]


async def vectors(texts: Sequence[str]) -> Vectors:
    return centred(text_vectors(texts))


async def grouped(
    account: UUID, texts: Sequence[str] = TEXTS, offers: Sequence[Offer] = ()
) -> Grouped:
    return await group(texts, offers, Asker(account, Usage()), vectors)


def placed(found: Grouped) -> list[str]:
    return sorted(text for draft in found.drafts for text in draft.texts)


def without(answer: dict[str, Any], *ids: int) -> dict[str, Any]:
    for one in answer["groups"]:
        one["keyword_ids"] = [n for n in one["keyword_ids"] if n not in ids]
    return answer


@pytest.mark.parametrize("granularity", Granularity)
async def test_the_question_says_how_fine_to_sort(
    account: UUID, oracle: Oracle, ai: Service, granularity: Granularity
) -> None:
    ai.says("ClusterGroups", oracle.groups)
    await group(TEXTS, [], Asker(account, Usage(), granularity=granularity), vectors)
    assert ai.data("ClusterGroups")["granularity"] == GRANULARITY[granularity]


async def test_ids_left_out_are_asked_for_once_more_and_only_they(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    ai.says("ClusterGroups", lambda data: without(oracle.groups(data), 3, 9), oracle.groups)
    found = await grouped(account)
    assert placed(found) == sorted(TEXTS)
    assert ai.count("ClusterGroups") == 2
    again = ai.data("ClusterGroups")
    assert [one["text"] for one in again["keywords"]] == [TEXTS[2], TEXTS[8]]
    assert len(again["existing"]) == len(found.drafts)
    assert not any(draft.by_similarity for draft in found.drafts)


async def test_an_id_in_two_groups_is_asked_for_once_more(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    def doubled(data: dict[str, Any]) -> dict[str, Any]:
        answer = oracle.groups(data)
        answer["groups"][1]["keyword_ids"].append(1)
        return answer

    ai.says("ClusterGroups", doubled, oracle.groups)
    found = await grouped(account)
    assert placed(found) == sorted(TEXTS)
    assert [one["text"] for one in ai.data("ClusterGroups")["keywords"]] == [TEXTS[0]]


async def test_what_is_left_out_twice_goes_to_the_nearest_group_and_says_so(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    ai.says("ClusterGroups", lambda data: without(oracle.groups(data), 3), lambda data: "{}")
    found = await grouped(account)
    assert placed(found) == sorted(TEXTS)
    (draft,) = [one for one in found.drafts if one.by_similarity]
    assert draft.by_similarity == ["pour over coffee ratio"]
    assert draft.name.startswith("Pour Over Brewing")


async def test_unknown_ids_are_left_out(account: UUID, oracle: Oracle, ai: Service) -> None:
    def more(data: dict[str, Any]) -> dict[str, Any]:
        answer = oracle.groups(data)
        answer["groups"][0]["keyword_ids"] += [0, -1, 999]
        return answer

    ai.says("ClusterGroups", more)
    assert placed(await grouped(account)) == sorted(TEXTS)
    assert ai.count("ClusterGroups") == 1


async def test_a_useless_answer_is_asked_for_again_and_then_is_an_error(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    ai.says("ClusterGroups", lambda data: without(oracle.groups(data), *range(2, 21)))
    with pytest.raises(AIProviderError, match="must stand in exactly one place"):
        await grouped(account)
    assert ai.count("ClusterGroups") == 3


async def test_an_answer_that_is_cut_splits_the_texts_and_the_second_half_sees_the_first(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    def limited(data: dict[str, Any]) -> Any:
        return Cut('{"groups"') if len(data["keywords"]) > 10 else oracle.groups(data)

    ai.says("ClusterGroups", limited)
    found = await grouped(account)
    assert placed(found) == sorted(TEXTS)
    assert [one["name"] for one in ai.data("ClusterGroups")["existing"]]
    assert len(found.drafts) == len({LABELLED[text] for text in TEXTS})


async def test_a_text_that_the_service_declines_fails_alone(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    def picky(data: dict[str, Any]) -> Any:
        texts = [one["text"] for one in data["keywords"]]
        return Declined("Not this.") if "chemex pour over recipe" in texts else oracle.groups(data)

    ai.says("ClusterGroups", picky)
    found = await grouped(account)
    assert set(found.refused) == {"chemex pour over recipe"}
    assert isinstance(found.refused["chemex pour over recipe"], ContentPolicyError)
    assert placed(found) == sorted(set(TEXTS) - set(found.refused))


async def test_an_answer_is_kept_and_not_asked_for_again(
    account: UUID, oracle: Oracle, ai: Service
) -> None:
    first = await grouped(account)
    second = await grouped(account)
    assert first == second
    assert ai.count("ClusterGroups") == 1


async def test_existing_clusters_are_used_by_id_and_by_name(account: UUID, ai: Service) -> None:
    tea, brew = Offer(uuid4(), "Tea", "commercial", ["tea"]), Offer(uuid4(), "Brewing", None, [])
    one = {"intent": "informational"}
    ai.says(
        "ClusterGroups",
        lambda data: {
            "groups": [
                {**one, "existing_id": 1, "name": "Other", "keyword_ids": [1]},
                {**one, "existing_id": None, "name": "BREWING", "keyword_ids": [2]},
                {**one, "existing_id": 99, "name": "New", "keyword_ids": [3]},
            ]
        },
    )
    found = await grouped(account, ["a", "b", "c"], [tea, brew])
    assert [draft.id for draft in found.drafts] == [tea.id, brew.id, None]
    assert [draft.intent for draft in found.drafts][:1] == ["commercial"]


def test_drafts_of_the_same_name_are_one() -> None:
    (one,) = joined([Draft(None, "Cold Brew", None, ["a"]), Draft(None, "cold brew", "x", ["b"])])
    assert (one.name, one.intent, one.texts) == ("Cold Brew", "x", ["a", "b"])


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("  Cold\nBrew ", "Cold Brew"),
        ("**", "cold brew"),
        ("A\x00B", "A B"),
        ("x" * 300, "x" * 200),
        ("ß" * 200, "ß" * 100),
    ],
)
def test_a_name_is_one_line_of_at_most_200_characters(name: str, tidy: str) -> None:
    assert tidy_name(name, "cold brew") == tidy
    assert len(key_of(tidy)) <= 200
