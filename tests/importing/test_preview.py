"""What an import would do, and columns chosen by a person."""

import pytest

from pipeline.importing import Choice, ImportRefused, preview, read_keywords

TABLE = b"Phrase name,Count,Note\ntea,10,x\ncoffee,20,y\n"


def test_a_preview_shows_how_the_file_is_read() -> None:
    seen = preview(b"Some title\nQuery;Search volume\ntea;1.200\n;5\n")
    assert (seen.header_line, seen.delimiter, seen.header) == (2, ";", ["Query", "Search volume"])
    assert seen.columns == {"keyword": 0, "volume": 1}
    assert [(row.text, row.volume) for row in seen.sample] == [("tea", 1200)]
    assert seen.cells == [["tea", "1.200"], ["", "5"]]
    assert seen.found is not None
    assert [bad.line for bad in seen.found.rejected] == [4]


def test_a_table_without_a_known_keyword_column_can_still_be_looked_at() -> None:
    seen = preview(TABLE)
    assert (seen.found, seen.columns, seen.sample) == (None, {}, [])
    assert (seen.header, seen.cells[0]) == (["Phrase name", "Count", "Note"], ["tea", "10", "x"])


def test_chosen_columns_are_taken() -> None:
    choice = Choice({"keyword": 0, "volume": 1})
    found = read_keywords(TABLE, choice)
    assert [(row.text, row.volume) for row in found.rows] == [("tea", 10), ("coffee", 20)]
    assert found.mapping == {"keyword": "Phrase name", "volume": "Count"}
    seen = preview(TABLE, choice)
    assert seen.found is not None
    assert seen.found.rows == found.rows


def test_a_choice_overrules_the_header() -> None:
    found = read_keywords(b"keyword,query\na,tea\n", Choice({"keyword": 1}))
    assert [row.text for row in found.rows] == ["tea"]


def test_a_file_without_a_header_keeps_its_first_row() -> None:
    found = read_keywords(b"tea,10\ncoffee,20\n", Choice({"keyword": 0, "volume": 1}, 0))
    assert [(row.text, row.volume) for row in found.rows] == [("tea", 10), ("coffee", 20)]
    assert found.delimiter == ","


def test_the_header_can_stand_in_any_line() -> None:
    found = read_keywords(b"a,b\nc,d\nName,N\ntea,10\n", Choice({"keyword": 0}, 3))
    assert [row.text for row in found.rows] == ["tea"]
    assert found.mapping == {"keyword": "Name"}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"volume": 1}, "Choose the column that holds the keywords."),
        ({"keyword": 3}, "no such column: keyword (3). It has columns 0 to 2"),
        ({"keyword": 0, "cpc": -1}, "no such column: cpc (-1)"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused(columns: dict, said: str) -> None:
    with pytest.raises(ImportRefused, match=said.replace("(", r"\(").replace(")", r"\)")):
        read_keywords(TABLE, Choice(columns))


def test_a_plain_list_has_one_column() -> None:
    seen = preview(b"tea\ncoffee\n")
    assert (seen.header, seen.header_line, seen.columns) == ([], 0, {"keyword": 0})
    assert seen.cells == [["tea"], ["coffee"]]
