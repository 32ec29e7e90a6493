"""Demo clusters: every id once, names that say what they are about."""

import csv
from pathlib import Path
from typing import Any

from pipeline.demo.grouping import assignments, groups, merged_labels

SAMPLE = Path(__file__).parents[2] / "examples" / "keywords.csv"


def grouped(texts: list[str], existing: list[dict[str, Any]] | None = None) -> dict[str, list[str]]:
    keywords = [{"id": number, "text": text} for number, text in enumerate(texts)]
    found = groups({"existing": existing or [], "keywords": keywords, "granularity": ""})["groups"]
    return {group["name"]: [texts[number] for number in group["keyword_ids"]] for group in found}


def sample() -> list[str]:
    with SAMPLE.open(newline="") as file:
        return [row["keyword"] for row in csv.DictReader(file)]


def test_every_keyword_of_the_sample_is_in_one_cluster() -> None:
    texts = sample()
    found = grouped(texts)
    assert sorted(text for members in found.values() for text in members) == sorted(texts)


def test_the_sample_gives_a_sensible_number_of_clusters() -> None:
    texts = sample()
    assert len(texts) / 8 < len(grouped(texts)) < len(texts) / 2


def test_keywords_with_the_same_thing_in_them_go_together() -> None:
    found = grouped(
        [
            "burr coffee grinder",
            "best coffee grinder",
            "sourdough starter",
            "feed sourdough starter",
        ]
    )
    assert set(found) == {"Coffee Grinder", "Sourdough Starter"}


def test_a_cluster_that_exists_is_extended() -> None:
    keywords = [{"id": 1, "text": "cheap coffee grinder"}]
    existing = [{"id": 7, "name": "Coffee Grinders", "examples": []}]
    (group,) = groups({"existing": existing, "keywords": keywords})["groups"]
    assert (group["existing_id"], group["keyword_ids"]) == (7, [1])


def test_one_keyword_is_a_cluster_of_its_own() -> None:
    assert grouped(["v60 vs chemex"]) == {"V60 vs Chemex": ["v60 vs chemex"]}


def test_a_keyword_without_words_does_no_harm() -> None:
    assert sum(len(members) for members in grouped(["???", "a", "coffee"]).values()) == 3


def test_labels_of_mostly_the_same_words_are_merged() -> None:
    names = ["Coffee Grinder", "Coffee Grinders", "Sourdough Starter"]
    labels = [{"id": n, "name": name, "intent": "commercial"} for n, name in enumerate(names)]
    found = merged_labels({"labels": labels})["groups"]
    assert [group["label_ids"] for group in found] == [[0, 1], [2]]


def test_a_keyword_is_assigned_to_the_candidate_that_shares_its_words() -> None:
    labels = [
        {"id": 1, "name": "Coffee Grinder", "examples": ["burr grinder"]},
        {"id": 2, "name": "Sourdough Starter", "examples": []},
    ]
    keywords = [
        {"id": 5, "text": "quiet burr grinder", "candidate_ids": [1, 2]},
        {"id": 6, "text": "pizza oven", "candidate_ids": [1, 2]},
    ]
    found = assignments({"labels": labels, "keywords": keywords})["assignments"]
    assert found == [{"keyword_id": 5, "label_id": 1}, {"keyword_id": 6, "label_id": None}]
