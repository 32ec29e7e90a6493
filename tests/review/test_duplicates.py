import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.columns import uuid7
from pipeline.review import duplicates
from tests.review.samples import good_articles

BODY = good_articles()[0].body
WORDS = BODY.split()


def changed(share: float, seed: int = 1) -> str:
    """The body with this share of its words replaced by others."""
    chance = random.Random(seed)
    return " ".join(f"other{chance.random()}" if chance.random() < share else w for w in WORDS)


def verdict_on(body: str) -> str:
    alike = duplicates.most_alike(
        duplicates.sketch(body), [(uuid7(), "First", duplicates.sketch(BODY))]
    )
    return duplicates.check(alike).verdict


def test_a_copy_is_caught() -> None:
    assert verdict_on(BODY) == "block"


def test_a_copy_with_some_words_changed_is_caught() -> None:
    assert verdict_on(changed(0.06)) == "block"


def test_a_text_that_is_half_the_same_warns() -> None:
    assert verdict_on(changed(0.17)) == "warn"


def test_another_text_passes() -> None:
    assert verdict_on(good_articles()[1].body) == "pass"


def test_the_first_article_of_an_account_passes() -> None:
    assert duplicates.check(None).verdict == "pass"


def test_the_most_similar_article_is_named() -> None:
    others = [
        (uuid7(), "Another", duplicates.sketch(good_articles()[1].body)),
        (uuid7(), "The copy", duplicates.sketch(BODY)),
    ]
    found = duplicates.most_alike(duplicates.sketch(BODY), others)
    assert found is not None
    assert found.title == "The copy"
    assert "The copy" in duplicates.check(found).message


def test_headings_marks_and_capitals_do_not_make_a_text_another() -> None:
    other = BODY.upper().replace("## ", "### ").replace("**", "*")
    assert duplicates.likeness(duplicates.sketch(BODY), duplicates.sketch(other)) == 1.0


def exact(one: str, other: str) -> float:
    def sequences(text: str) -> set[str]:
        words = duplicates._WORD.findall(text)
        return {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}

    return len(sequences(one) & sequences(other)) / len(sequences(one) | sequences(other))


@pytest.mark.parametrize("shared", [100, 400, 700, 1000])
def test_estimates_of_long_texts_are_near_the_truth(shared: int) -> None:
    one = " ".join(f"w{n}" for n in range(1000))
    other = " ".join(f"w{n}" for n in range(1000 - shared, 2000 - shared))
    estimate = duplicates.likeness(duplicates.sketch(one), duplicates.sketch(other))
    assert abs(estimate - exact(one, other)) < 0.13  # three standard errors


@given(st.text(max_size=300))
def test_any_text_has_a_sketch_of_bounded_size_and_is_like_itself(text: str) -> None:
    found = duplicates.sketch(text)
    assert len(found) <= duplicates.SIZE
    assert found == sorted(set(found))
    assert duplicates.likeness(found, found) in (0.0, 1.0)
