import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.importing.numbers import UNKNOWN, read_amount, read_count

COUNTS = {
    "1200": 1200,
    "1,200": 1200,
    "1.200": 1200,
    "1 200": 1200,
    "1\u00a0200": 1200,
    "1'200": 1200,
    "1’200": 1200,
    "1.234.567": 1234567,
    "1,234,567": 1234567,
    "1,234.56": 1235,
    "1.234,56": 1235,
    "12.5": 13,
    "1.2K": 1200,
    "1,2k": 1200,
    "3M": 3000000,
    "<10": 5,
    "≤ 10": 5,
    ">100": 100,
    "100K+": 100000,
    "1K – 10K": 5500,
    "10-100": 55,
    "10 to 100": 55,
    "100K—1M": 550000,
    "0": 0,
    "１２": 12,
}
AMOUNTS = {
    "1.25": 1.25,
    "1,25": 1.25,
    "$1.25": 1.25,
    "€ 1,25": 1.25,
    "1.25 USD": 1.25,
    "1.200": 1.2,
    "1,200": 1200.0,
    "0,125": 0.125,
    "45%": 45.0,
    "1,234.56": 1234.56,
    "1.234,56": 1234.56,
}
UNREADABLE = [
    "abc",
    "-5",
    "1,2,3",
    "1.2.3,4,5",
    "12 apples",
    "High",
    "10-5",
    "1e5",
    "inf",
    "9" * 400,
]


@pytest.mark.parametrize(("cell", "value"), COUNTS.items())
def test_counts(cell: str, value: int) -> None:
    assert read_count(cell) == value


@pytest.mark.parametrize(("cell", "value"), AMOUNTS.items())
def test_amounts(cell: str, value: float) -> None:
    assert read_amount(cell) == value


@pytest.mark.parametrize("cell", [*UNKNOWN, " N/A ", "\t"])
def test_unknown_is_none_and_never_nought(cell: str) -> None:
    assert read_count(cell) is None
    assert read_amount(cell) is None


@pytest.mark.parametrize("cell", UNREADABLE)
def test_what_is_no_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"not a|measures nothing"):
        read_count(cell)


@given(st.integers(0, 10**12), st.sampled_from(["{:,}", "{:_}", "{}"]), st.sampled_from(",. '"))
def test_a_count_survives_any_mark_between_thousands(count: int, form: str, mark: str) -> None:
    assert read_count(form.format(count).replace(",", mark).replace("_", mark)) == count


@given(st.decimals(0, 99999, places=2), st.booleans())
def test_an_amount_survives_both_ways_of_writing(amount: object, german: bool) -> None:
    text = f"{amount:,}"
    if german:
        text = text.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert read_amount(text) == pytest.approx(float(str(amount)))


@given(st.text(max_size=40))
def test_any_text_is_a_number_unknown_or_refused(text: str) -> None:
    try:
        value = read_count(text)
    except ValueError:
        return
    assert value is None or value >= 0
