"""Faults inside articles, and which answers a fault can show in."""

from typing import Any

import pytest

from pipeline import language
from pipeline.demo.articles import article
from pipeline.demo.faults import Fault, Rule, applies
from pipeline.demo.twists import twisted
from pipeline.words import count_words
from tests.provider.asks import PLAN


def twisted_article(fault: str) -> Any:
    return twisted("Article", PLAN, article(PLAN), {fault: Fault(fault)})


def test_a_short_article_has_40_percent_of_the_words() -> None:
    words = count_words(twisted_article("short-article")["body"])
    assert words == pytest.approx(0.4 * PLAN["target_words"], rel=0.1)


def test_a_missing_section_is_missing_alone() -> None:
    body = twisted_article("missing-section")["body"]
    assert [part["heading"] in body for part in PLAN["outline"]] == [True, False, True]


def test_a_wrong_language_is_noticed_as_one() -> None:
    assert language.other_language(twisted_article("wrong-language")["body"], "en") == "de"
    assert language.other_language(article(PLAN)["body"], "en") is None


@pytest.mark.parametrize(
    ("fault", "kind", "shows"),
    [
        ("missing-ids", "ClusterGroups", True),
        ("missing-ids", "Article", False),
        ("short-article", "Article", True),
        ("short-article", "Ideas", False),
        ("500", "Ideas", True),
    ],
)
def test_a_fault_shows_only_where_it_can(fault: str, kind: str, shows: bool) -> None:
    assert applies(fault, kind) is shows
    assert Rule(Fault(fault)).strikes("/chat/completions", kind, b"") is shows
