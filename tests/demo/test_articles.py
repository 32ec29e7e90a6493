"""Demo articles: length, outline, keyword, variety, marks."""

import itertools
from typing import Any

import pytest

from pipeline.demo.articles import article, extension, image_prompts
from pipeline.demo.ideas import ideas
from pipeline.words import count_words

CLUSTER = {
    "name": "Coffee Grinder",
    "intent": "informational",
    "keywords": [
        {"text": "best burr coffee grinder", "volume": 900},
        {"text": "how to clean a coffee grinder", "volume": 500},
        {"text": "burr grinder vs blade grinder", "volume": None},
        {"text": "coffee grinder settings", "volume": 10},
    ],
}


def plans(count: int, target: int) -> list[dict[str, Any]]:
    asked = {
        "cluster": CLUSTER,
        "count": count,
        "target_words": target,
        "language": "en",
        "existing_titles": [],
    }
    return list(ideas(asked)["ideas"])


def shingles(text: str) -> set[tuple[str, ...]]:
    words = text.casefold().split()
    return {tuple(words[start : start + 3]) for start in range(len(words) - 2)}


@pytest.mark.parametrize("target", [200, 300, 1000, 2500, 5000])
def test_an_article_has_the_length_asked_for(target: int) -> None:
    for plan in plans(6, target):
        assert count_words(article(plan)["body"]) == pytest.approx(target, rel=0.05)


def test_every_planned_heading_is_there_once_and_in_order() -> None:
    for plan in plans(6, 900):
        lines = article(plan)["body"].splitlines()
        headings = [line[3:] for line in lines if line.startswith("## ")]
        assert headings == [part["heading"] for part in plan["outline"]]


def test_the_keyword_is_in_the_title_and_the_opening() -> None:
    for plan in plans(8, 900):
        written = article(plan)
        keyword = plan["primary_keyword"].casefold()
        assert keyword in written["title"].casefold()
        assert keyword in " ".join(written["body"].split()[:60]).casefold()


def test_fields_for_search_engines_are_within_their_limits() -> None:
    for plan in plans(8, 900):
        written = article(plan)
        assert 15 <= len(written["meta_title"]) <= 65
        assert 70 <= len(written["meta_description"]) <= 160
        assert written["excerpt"]
        assert len(written["slug"]) <= 60
        assert written["slug"].isascii()


@pytest.mark.parametrize("target", [600, 1000, 2000])
def test_two_articles_share_few_runs_of_words(target: int) -> None:
    found = [shingles(article(plan)["body"]) for plan in plans(10, target)]
    for one, other in itertools.combinations(found, 2):
        assert len(one & other) / len(one | other) < 0.3


def test_the_same_plan_gives_the_same_article() -> None:
    (plan,) = plans(1, 900)
    assert article(plan) == article(plan)


def test_an_article_says_that_it_is_demo_content() -> None:
    (plan,) = plans(1, 900)
    assert article(plan)["body"].endswith("*Demo content, generated without an AI service.*")


def test_articles_have_lists() -> None:
    bodies = [article(plan)["body"] for plan in plans(5, 1000)]
    assert any("\n- " in body for body in bodies)
    assert any("\n1. " in body for body in bodies)


def test_no_choice_or_slot_is_left_open() -> None:
    for plan in plans(10, 3000):
        body = article(plan)["body"]
        assert not set("[]{}|") & set(body)


def test_an_extension_writes_what_is_missing_and_lengthens_what_is_short() -> None:
    asked = {
        "title": "Coffee Grinder",
        "language": "en",
        "primary_keyword": "coffee grinder",
        "missing_sections": [{"heading": "Costs", "notes": ""}],
        "extend_sections": [{"heading": "Care", "text": "Keep it clean."}],
        "words_needed": 200,
    }
    costs, care = extension(asked)["sections"]
    assert (costs["heading"], care["heading"]) == ("Costs", "Care")
    assert care["text"].startswith("Keep it clean.")
    assert count_words(costs["text"]) + count_words(care["text"]) >= 190


def test_image_prompts_are_as_many_as_asked_with_alt_texts_of_their_own() -> None:
    asked = {
        "title": "Coffee Grinder: A Practical Guide",
        "language": "en",
        "excerpt": "",
        "count": 5,
        "sections": ["Care", "Costs"],
    }
    found = image_prompts(asked)
    alts = [row["alt"] for row in [found["featured"], *found["in_article"]]]
    assert len(found["in_article"]) == 5
    assert len(set(alts)) == 6
    assert all(5 <= len(alt) <= 125 for alt in alts)
    assert {row["section"] for row in found["in_article"]} == {"Care", "Costs"}


def test_ideas_have_titles_of_their_own_and_outlines_to_write_from() -> None:
    found = plans(12, 1200)
    assert len({plan["title"] for plan in found}) == 12
    for plan in found:
        assert 4 <= len(plan["outline"]) <= 7
        assert len({part["heading"] for part in plan["outline"]}) == len(plan["outline"])
        assert plan["primary_keyword"] not in plan["secondary_keywords"]


def test_a_title_that_exists_is_not_proposed_again() -> None:
    taken = [plan["title"] for plan in plans(10, 1000)]
    asked = {"cluster": CLUSTER, "count": 10, "target_words": 1000, "existing_titles": taken}
    assert not {plan["title"] for plan in ideas(asked)["ideas"]} & set(taken)
