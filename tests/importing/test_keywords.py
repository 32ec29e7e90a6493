import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.importing import Import, ImportRefused, keywords, read_keywords

HEADER = "Keyword,Volume,KD,CPC (USD),Intent,Country\n"


def read(text: str, encoding: str = "utf-8") -> Import:
    return read_keywords(text.encode(encoding))


def texts(found: Import) -> list[str]:
    return [row.text for row in found.rows]


def refusal(data: bytes) -> str:
    with pytest.raises(ImportRefused) as caught:
        read_keywords(data)
    return str(caught.value)


def test_a_plain_list_is_one_keyword_a_line() -> None:
    found = read("pour over coffee\n\ncoffee, black\n\n  french press \n")
    assert [(row.line, row.text) for row in found.rows] == [
        (1, "pour over coffee"),
        (3, "coffee, black"),
        (5, "french press"),
    ]
    assert (found.delimiter, found.mapping) == (None, {})


def test_a_header_of_the_usual_names_is_understood() -> None:
    found = read(HEADER + '"pour over coffee","1,200",34,$0.85,"Informational, Commercial",us\n')
    row = found.rows[0]
    assert (row.volume, row.difficulty, row.cpc, row.intent, row.country) == (
        1200,
        34.0,
        0.85,
        "informational",
        "US",
    )
    assert found.mapping["difficulty"] == "KD"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encodings_and_delimiters(encoding: str, delimiter: str) -> None:
    lines = [["Keyword", "Volume"], ["café crème", "1200"], ["“flat white” größe", "5"]]
    found = read("\r\n".join(delimiter.join(line) for line in lines), encoding)
    assert texts(found) == ["café crème", "“flat white” größe"]
    assert [row.volume for row in found.rows] == [1200, 5]
    assert found.delimiter == delimiter


def test_a_cyrillic_eight_bit_list_is_read() -> None:
    words = ["купить кофе в зернах", "кофе молотый цена", "лучшая кофеварка для дома"]
    assert texts(read("\n".join(words), "cp1251")) == words


def test_lines_before_the_header_are_passed_over() -> None:
    found = read("Keyword Stats\nJan - Feb\nKeyword\tCurrency\tAvg. monthly searches\na b\t$\t50\n")
    assert [(row.line, row.text, row.volume) for row in found.rows] == [(4, "a b", 50)]


def test_global_volume_and_competition_are_not_mistaken() -> None:
    found = read("Keyword,Global volume,Competition,Volume\ntea,9000,High,10\n")
    assert (found.rows[0].volume, found.rows[0].difficulty) == (10, None)


def test_duplicates_are_joined_and_what_was_unknown_is_filled_not_summed() -> None:
    found = read(HEADER + "Tea,100,,1,,\nTEA ,300,40,2,c,\ntea,,,,,de\n")
    (first, other) = found.rows
    assert (first.text, first.volume, first.difficulty, first.cpc) == ("Tea", 100, 40.0, 1.0)
    assert (first.intent, other.country, found.duplicates) == ("commercial", "DE", 1)


def test_line_numbers_are_right_after_cells_that_run_over_lines() -> None:
    found = read('Keyword,SERP,Volume\ntea,"a\nb\r\nc",1\n,x,2\ncoffee,x,3\n')
    assert [(row.line, row.text) for row in found.rows] == [(2, "tea"), (6, "coffee")]
    assert [(bad.line, bad.reason) for bad in found.rejected] == [(5, "no keyword in this row")]


def test_cells_that_look_like_formulas_are_kept_as_they_stand() -> None:
    cells = ["=1+1 shop", "+tea", "-tea 2", "@tea", '=HYPERLINK("x")']
    assert texts(read("\n".join(cells))) == cells


def test_a_cell_that_cannot_be_read_is_unknown_and_listed() -> None:
    found = read(HEADER + "tea,many,140,1,odd,us\n")
    assert (found.rows[0].volume, found.rows[0].difficulty, found.rows[0].intent) == (None,) * 3
    assert [(cell.line, cell.column, cell.text) for cell in found.unread] == [
        (2, "volume", "many"),
        (2, "difficulty", "140"),
        (2, "intent", "odd"),
    ]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("x" * 1_048_576, "column 1 has 1,048,576 characters, at most 10,000 are allowed"),
        ("x" * 201, "the keyword has 201 characters, at most 200 are allowed"),
        ("te\0a", "column 1 holds a NUL byte"),
        ("te\x07a", "the keyword holds control characters"),
        ("???", "the keyword has no letter and no digit"),
        ('"two\nlines"', "the keyword runs over several lines (is a quote left open?)"),
    ],
)
def test_a_bad_row_is_listed_and_the_rest_goes_on(cell: str, reason: str) -> None:
    found = read(f"keyword\ncoffee\n{cell}\ntea\n")
    assert texts(found) == ["coffee", "tea"]
    assert [(bad.line, bad.reason) for bad in found.rejected] == [(3, reason)]
    assert len(found.rejected[0].text) <= 80
    assert "\0" not in found.rejected[0].text


@pytest.mark.parametrize("data", [b"", b"\n \n\r\n", b"\xef\xbb\xbf", b",,\n;;\n"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data) == "The file is empty: it holds no keywords. Put one on each line."


def test_a_header_alone_is_refused() -> None:
    assert "nothing follows the header in line 1" in refusal(HEADER.encode())


def test_a_table_without_keyword_column_is_refused_with_its_columns() -> None:
    message = refusal(b"Name,Volume,Note\ntea,10,x\ncoffee,20,y\n")
    assert message.startswith(
        "No keyword column: line 1 holds the columns 'Name', 'Volume', 'Note'"
    )
    assert '"keyword"' in message


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"PK\x03\x04" + b"x" * 100, "a ZIP archive or an Excel workbook"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "a PNG image"),
        (b"\n<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (bytes(range(256)) * 20, "binary"),
        (bytes(1000), "binary"),
    ],
)
def test_a_binary_file_is_refused(data: bytes, what: str) -> None:
    message = refusal(data)
    assert what in message
    assert "CSV" in message


def test_100_001_rows_are_refused_as_a_whole() -> None:
    lines = "".join(f"keyword {number}\n" for number in range(keywords.MAX_ROWS))
    assert len(read("keyword\n" + lines).rows) == 100_000
    message = refusal(f"keyword\n{lines}one more\n".encode())
    assert "row 100,001 begins in line 100,002" in message
    assert "Nothing was imported" in message


def test_a_file_above_50_megabytes_is_refused_before_it_is_read() -> None:
    assert "50,000,001 bytes" in refusal(b"x" * 50_000_001)


WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=40)


@given(st.lists(st.tuples(WORDS, st.integers(0, 10**6)), min_size=1, max_size=20))
def test_whatever_a_csv_writer_writes_comes_back(rows: list[tuple[str, int]]) -> None:
    file = io.StringIO()
    csv.writer(file).writerows([("keyword", "volume"), *rows])
    found = read(file.getvalue())
    assert len(found.rows) + len(found.rejected) + found.duplicates == len(rows)
    written = {text.strip(): volume for text, volume in reversed(rows)}
    for row in found.rows:
        assert written[row.text] == row.volume


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = read_keywords(data)
    except ImportRefused:
        return
    assert found.rows or found.rejected
