"""Numbers as keyword tools write them.

The rules: unknown is None, never 0. A range stands for its middle (`1K – 10K` is 5,500), `<10` for
the middle between nought and ten, `>100` and `100K+` for the bound itself. Points and commas: with
both, the last one is the decimal mark; one kind alone before groups of three digits separates
thousands in counts (`1,200` and `1.200` are 1200); with a K, M or B behind it, it is decimal
(`1.2K`). In amounts a point alone is decimal (`1.200` is 1.2), a comma alone is decimal unless
three digits follow it (`1,25` is 1.25, `1,200` is 1200).
"""

import re
import unicodedata

UNKNOWN = frozenset(
    ("", "-", "--", "–", "—", "?", "n/a", "na", "n.a.", "null", "none", "nan", "unknown", "no data")
)
"""Cells that say that nothing is known, folded."""

_FACTOR = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_MAX_DIGITS = 20
_CURRENCY = re.compile(r"[$€£¥₹]|\b(?:usd|eur|gbp|jpy|inr|aud|cad|chf|us)\b", re.ASCII)
_RANGE = re.compile(r"(.*[\dkmb])(?:[-–—‒]|to)(\d.*)", re.ASCII)
_ONE = re.compile(r"([<>≤≥]?)(\d[\d.,']*)([kmb]?)(\+?)", re.ASCII)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:([.,'])\d{3})(?:\1\d{3})*", re.ASCII)


def read_count(cell: str) -> int | None:
    """A whole number of a cell, rounded; None if unknown. Raises ValueError if unreadable."""
    value = _read(cell, amount=False)
    return None if value is None else int(value + 0.5)


def read_amount(cell: str) -> float | None:
    """A number with decimals (price, percent); None if unknown. Raises ValueError if unreadable."""
    return _read(cell, amount=True)


def _read(cell: str, amount: bool) -> float | None:
    text = unicodedata.normalize("NFKC", cell).casefold().strip()
    if text in UNKNOWN:
        return None
    text = _CURRENCY.sub("", text).replace("’", "'").removesuffix("%")
    text = "".join(text.split())
    ends = _RANGE.fullmatch(text)
    if ends:
        low, high = (_one(end, amount) for end in ends.groups())
        if low > high:
            raise ValueError(f"{cell!r} is not a range")
        return (low + high) / 2
    return _one(text, amount)


def _one(text: str, amount: bool) -> float:
    found = _ONE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a number")
    sign, digits, suffix, _ = found.groups()
    if len(digits) > _MAX_DIGITS:
        raise ValueError("a number of that many digits measures nothing")
    value = float(_plain(digits, amount, bool(suffix))) * _FACTOR[suffix]
    return value / 2 if sign in ("<", "≤") else value


def _plain(digits: str, amount: bool, suffixed: bool) -> str:
    """`digits` as Python writes a number: no thousands marks, a point before decimals."""
    digits = digits.replace("'", "")
    marks = [mark for mark in digits if mark in ".,"]
    if len(set(marks)) == 2:
        whole, _, rest = digits.rpartition(marks[-1])
        if marks[-1] in whole:
            raise ValueError(f"{digits!r} is not a number")
        return f"{whole.replace(marks[0], '')}.{rest}"
    if len(marks) > 1 or (marks and not suffixed and not (amount and marks[0] == ".")):
        groups = _GROUPS.fullmatch(digits)
        if groups:
            return digits.replace(marks[0], "")
        if len(marks) > 1:
            raise ValueError(f"{digits!r} is not a number")
    return digits.replace(",", ".")
