import pytest

from pipeline.fields import distinct, find_alike, fit, fit_sentences, one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\n words\t", "two words"),
        ("## **Bold** `code`", "Bold code"),
        ("“Quoted”", "Quoted"),
        ("a\x00b", "a b"),
    ],
)
def test_a_field_becomes_one_plain_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert fit("ten chars!", 10) == "ten chars!"


def test_a_text_is_cut_between_words() -> None:
    assert fit("one two, three", 11) == "one two…"
    assert fit("one two three", 8) == "one two…"


def test_a_word_longer_than_the_limit_is_cut_within() -> None:
    assert fit("a" * 30, 10) == "a" * 9 + "…"


def test_a_text_ends_with_a_sentence_where_enough_remains() -> None:
    text = "A first sentence. A second one that is longer."
    assert fit_sentences(text, 10, 30) == "A first sentence."
    assert fit_sentences(text, 20, 30) == "A first sentence. A second…"


def test_headings_are_alike_without_marks_numbers_and_small_changes() -> None:
    among = ["choose the beans", "heat the water"]
    assert find_alike("2. **Heat the Water**", among) == 1
    assert find_alike("Choosing the beans", among) == 0
    assert find_alike("Clean the machine", among) is None


def test_repetitions_and_blanks_are_dropped() -> None:
    assert distinct(["One", " one", "", "Two"]) == ["One", "Two"]
